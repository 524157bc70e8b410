"""What a program decides: rates, orders, when to stop, what to refuse."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .protocol import Arrays
from .watching import Enough, Recorder, SpoiltBatches, never_stop
from .workplace import Workplace

__all__ = ["Deciding"]


class Deciding(Workplace):
    """The stage of plain Python, and what leads to an error."""

    def plain(self) -> None:
        """Learning rates, orders and decisions, which need no framework."""
        module, case = self.module, self.case
        self.figures["rates"] = [
            module.learning_rate(step, case.rate_epoch) for step in range(case.rates)
        ]
        self.order(*case.order)
        if hasattr(module, "new_stopping"):
            self.figures["stopping"] = [self.decide(line) for line in case.figures]
        if case.not_finite:
            self.stage = "not_finite"
            self.spoil()
        if case.guards:
            self.stage = "guards"
            self.figures["guards"] = self.guards()

    def order(self, examples: int, epochs: int) -> None:
        """The rows of each batch, as the program's own batches have them."""
        if not examples:
            return
        module = self.module
        batches = module.ArrayBatches(
            {"row": np.arange(examples)},
            None,
            batch_size=module.BATCH_SIZE,
            seed=module.SEED,
            shuffle=module.SHUFFLE,
        )
        self.figures["order"] = [
            [batch["ids"].tolist() for batch in batches.epoch(number)]
            for number in range(epochs)
        ]
        self.figures["order_steps"] = batches.steps_per_epoch

    def decide(self, line: tuple[float | None, ...]) -> list[Any]:
        """Decisions on the figures of successive epochs, and the epoch found best."""
        stopping = self.module.new_stopping()
        decisions: list[Any] = []
        for epoch, figure in enumerate(line):
            logs = {stopping.monitor: math.nan if figure is None else figure}
            decisions.append(stopping.update(epoch, logs, lambda at=epoch: at))
        best = stopping.best_weights
        return [stopping.monitor, decisions, stopping.best_epoch, best]

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
        state.epoch = module.EPOCHS - 1
        never_stop(state)
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

        The square of the second does not fit into a float64 number.
        """
        self.begin()
        batch = self.batch(self.case.epochs[0][0])
        raw, _ = self.module.gradients(self.state, batch, 0)
        found: dict[str, bool] = {}
        for factor in (1.0, 1e300, math.inf, math.nan):
            many = {path: gradient * factor for path, gradient in raw.items()}
            with np.errstate(all="ignore"):
                _, norm = self.module.clip_gradients(many)
            found[str(factor)] = math.isfinite(float(norm))
        return found

    def guards(self) -> dict[str, str]:
        """What importing damaged weights leads to: the error, or ``accepted``."""
        whole = self.module.export_weights(self.state)
        first = min(whole)
        damaged: dict[str, Arrays] = {
            "missing": {name: a for name, a in whole.items() if name != first},
            "unexpected": {**whole, "nowhere/kernel": np.zeros((2, 2))},
            "misshapen": {**whole, first: np.zeros((*whole[first].shape, 2))},
            "transposed": {name: np.transpose(a) for name, a in whole.items()},
        }
        if all(array.shape == array.T.shape for array in whole.values()):
            del damaged["transposed"]
        found: dict[str, str] = {}
        for damage, arrays in damaged.items():
            try:
                self.module.import_weights(self.state, arrays)
            except (KeyError, ValueError) as error:
                found[damage] = type(error).__name__
            else:
                found[damage] = "accepted"
        return found
