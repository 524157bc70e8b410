"""What training makes of figures and weights that are infinite or not numbers."""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import cycle
from typing import Any
from unittest.mock import patch

import numpy as np

from ..live import phase_of
from .protocol import Arrays
from .watching import Enough, OneBatch, Recorder, SpoiltBatches, never_lower, never_stop
from .workplace import Workplace

__all__ = ["Spoiling"]

#: What no figure may be.
SPOILT = (math.inf, -math.inf, math.nan)


class Spoiling(Workplace):
    """Part of the stage of what leads to an error."""

    def spoil(self) -> None:
        """Train where nothing is a number, but only a part of it can be noticed.

        Noted is what training stops at, and which gradients have a norm that is not
        finite.
        """
        module, step = self.module, self.module.train_step
        if hasattr(module, "clip_gradients"):
            self.figures["norms"] = self.norms()

        def without_loss(state: Any, batch: Arrays, number: int) -> Any:
            state, logs = step(state, batch, number)
            return state, {**logs, "loss": 0.0}

        def no_step(state: Any, *_: Any) -> Any:
            return state, {"loss": 0.0}

        found = {"loss": self.spoilt(SpoiltBatches(self))}
        module.train_step = without_loss
        found["gradients"] = self.spoilt(SpoiltBatches(self))
        module.train_step = no_step
        found["validation"] = self.spoilt(SpoiltBatches(self, held_out=True), steps=2)
        found["weights"] = self.spoilt(SpoiltBatches(self), steps=2)
        module.train_step = step
        self.figures["not_finite"] = found
        self.figures["passed over"] = self.passed_over()

    def spoilt(self, batches: SpoiltBatches, steps: int = 1) -> str:
        """What the last epoch stops at, if it has not come so many steps far.

        Inputs and weights are spoilt both: a maximum may pass over what is not a number.
        """
        module, state = self.module, self.state
        self.begin()
        arrays = module.export_weights(state)
        module.import_weights(
            state, {name: np.full_like(a, np.nan) for name, a in arrays.items()}
        )
        self.last_epoch()
        never_stop(state)
        never_lower(state)
        try:
            module.train(batches, state, Recorder(self, stop_at=steps))
        except ArithmeticError as error:
            name: str = getattr(error, "name", type(error).__name__)
            if name in arrays:
                return "weights"
            return "validation" if name.startswith("val_") else name
        except Enough:
            pass
        return "goes on"

    def norms(self) -> dict[str, bool]:
        """Whether the norms that clipping sees are finite, for gradients times a factor.

        The square of the second does not fit into a float64 number. Then one gradient
        at a time is infinite.
        """
        found: dict[str, bool] = {}
        for phase in self.phases():
            lead = f"phase {phase + 1}: " if phase else ""
            found |= {f"{lead}{name}": ok for name, ok in self.norms_of(phase).items()}
        return found

    def norms_of(self, phase: int) -> dict[str, bool]:
        """The same of a phase."""
        self.begin(phase)
        batch, told = (
            self.batch(self.case.epochs[0][0]),
            phase_of(self.module, self.state),
        )
        raw, _ = self.module.gradients(self.state, batch, 0)
        found: dict[str, bool] = {}
        for factor in (1.0, 1e300, math.inf, math.nan):
            many = {path: gradient * factor for path, gradient in raw.items()}
            with np.errstate(all="ignore"):
                _, norm = self.module.clip_gradients(many, *told)
            found[str(factor)] = math.isfinite(float(norm))
        for one in raw:
            some = {p: g * (math.inf if p == one else 1.0) for p, g in raw.items()}
            _, norm = self.module.clip_gradients(some, *told)
            found[one] = math.isfinite(float(norm))
        return found

    def passed_over(self) -> list[str]:
        """Single figures, and entries of single weights or buffers, that go unnoticed.

        Each is spoilt in an epoch in which all else is finite; the error must name it,
        and the step.
        """
        fine = dict.fromkeys(self.case.logs, 0.0)
        norm = {"gradient_norm": 0.0} if self.clips() else {}
        made, found = {**fine, **norm}, list[str]()

        def see(name: str, value: float, *told: Any) -> None:
            if not self.names(name, *told):
                found.append(f"{name} = {value}")

        for value in SPOILT:
            for name in ("loss", *norm):
                see(name, value, {**made, name: value}, fine)
            for name in fine if self.case.validation else ():
                see(f"val_{name}", value, made, {**fine, name: value})
        self.begin()
        whole = self.module.export_weights(self.state)
        for name, value in zip(whole, cycle(SPOILT), strict=False):
            spoilt = np.array(whole[name])
            spoilt.flat[-1] = value
            see(name, value, made, fine, {**whole, name: spoilt})
        return found

    def clips(self) -> bool:
        """Whether the program clips gradients, and so sees their norm."""
        return hasattr(self.module, "clip_gradients")

    def names(
        self,
        name: str,
        trained: dict[str, float],
        evaluated: dict[str, float],
        weights: Arrays | None = None,
    ) -> bool:
        """Whether the last epoch ends with an error that names a figure and the step.

        Args:
            name: of the figure.
            trained: the figures of the only update, which changes nothing.
            evaluated: those on held-out data.
            weights: what the model has.
        """
        module, state = self.module, self.state
        if weights is not None:
            module.import_weights(state, weights)
        self.last_epoch()
        never_stop(state)
        never_lower(state)
        step = state.step + (name not in ("loss", "gradient_norm"))

        def update(state: Any, *_: Any) -> tuple[Any, dict[str, float]]:
            return state, dict(trained)

        def evaluate(*_: Any) -> dict[str, float]:
            return dict(evaluated)

        with (
            patch.object(module, "train_step", update),
            patch.object(module, "evaluate_step", evaluate),
            suppress(Enough),
        ):
            try:
                module.train(OneBatch(self), state, None)
            except ArithmeticError as error:
                said = getattr(error, "name", ""), getattr(error, "step", -1)
                return said == (name, step)
        return False
