"""One case inside a worker: the emitted program is run and what it does is written down.

Only the names that every emitted program has are used, and the backend's probe.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from ..backend import Emission
from ..live import load
from .protocol import Arrays, Case, Probe, read_arrays
from .watching import (
    Enough,
    Recorder,
    SpoiltBatches,
    WindowBatches,
    never_stop,
)

__all__ = ["Trial"]

CONSTANTS = (
    "SEED",
    "BATCH_SIZE",
    "EPOCHS",
    "SHUFFLE",
    "PRECISION",
    "INPUTS",
    "TARGETS",
)


class Trial:
    """A run of a case. `arrays` and `figures` fill up stage by stage; `told` hears of each."""

    def __init__(
        self,
        probe: Any,
        case: Case,
        name: str,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.probe = probe
        self.case = case
        self.name = name
        self.told = told
        self.stage = "load"
        self.arrays: Arrays = {}
        self.figures: dict[str, Any] = {}
        self.given = read_arrays(case.arrays)
        self.emission = Emission(case.text, case.nodes, case.lines)
        self.module: Any = None
        self.state: Any = None

    def run(self) -> None:
        """Go through all stages; `stage` says which one an error came from."""
        self.module = load(self.case.text, self.name)
        self.constants()
        for stage in (
            self.build,
            self.alone,
            self.look,
            self.relate,
            self.loop,
            self.resume,
            self.single_steps,
        ):
            self.stage = stage.__name__
            stage()
        self.stage = "plain"
        self.plain()

    @property
    def stage(self) -> str:
        """The stage that is on, one of `STAGES`."""
        return self._stage

    @stage.setter
    def stage(self, stage: str) -> None:
        self._stage = stage
        self.told(stage)

    # What is there before any training ------------------------------------------

    def constants(self) -> None:
        """Write down the settings that the module carries."""
        found = {name: getattr(self.module, name) for name in CONSTANTS}
        found["SAMPLE_WEIGHT"] = getattr(self.module, "SAMPLE_WEIGHT", None)
        self.figures["constants"] = found

    def build(self) -> None:
        """Initial weights, as they are drawn and as the built model has them."""
        self.keep("initial", self.module.initial_weights(self.module.SEED))
        self.state = self.module.init_state(
            dtype=self.case.precision,
            device="cpu",
            seed=self.module.SEED,
            steps_per_epoch=self.steps_per_epoch(),
        )
        self.keep("built", self.module.export_state(self.state))

    def alone(self) -> None:
        """Every node by itself: its output, and what it pulls back, in both modes."""
        if not self.case.alone:
            return
        self.begin()
        for mode, training in (("inference", False), ("training", True)):
            outputs, pulled = self.probe.nodes_alone(
                self.module,
                self.emission,
                self.state,
                self.case.alone,
                self.given_under("edge"),
                self.given_under("cotangent"),
                training,
            )
            self.keep(f"alone/{mode}", outputs)
            self.keep(f"pulled/{mode}", pulled)

    def look(self) -> None:
        """Outputs, loss and gradients of a model at rest."""
        for probe in self.case.probes:
            if probe.start == "built":
                self.module.import_state(self.state, self.under("built"))
            else:
                self.begin()
            self.look_at(probe)

    def look_at(self, probe: Probe) -> None:
        """One batch: every node in both modes, predictions, figures, gradients."""
        batch, module, state = self.batch(probe.batch), self.module, self.state
        for mode, training in (("inference", False), ("training", True)):
            outputs = self.probe.node_outputs(
                module, self.emission, state, batch, training, probe.step
            )
            self.keep(f"{mode}/{probe.name}", outputs)
        self.keep(f"predict/{probe.name}", module.predict(state, batch))
        self.put_logs(f"evaluate/{probe.name}", module.evaluate_step(state, batch))
        penalty = self.probe.penalty(module, state)
        self.arrays[f"penalty/{probe.name}/penalty"] = np.array(float(penalty))
        raw, clipped, logs = self.probe.raw_gradients(module, state, batch, probe.step)
        self.keep(f"raw/{probe.name}", raw)
        self.keep(f"clipped/{probe.name}", clipped)
        self.put_logs(f"train/{probe.name}", logs)

    def relate(self) -> None:
        """What must come out alike within one program, whatever others do.

        In inference an example does not depend on the others of its batch: neither on
        their order nor on which they are. Gradients do not depend on the order where
        nothing is drawn, and are means over the examples where nothing mixes them.
        """
        if self.case.relations is None:
            return
        self.begin()
        batch = self.batch(self.case.relations.batch)
        rows = len(batch["ids"])
        turned = {name: array[::-1].copy() for name, array in batch.items()}
        cut = -(-rows // 2)
        parts = [
            {name: array[where] for name, array in batch.items()}
            for where in (slice(0, cut), slice(cut, None))
        ]
        predict = self.module.predict
        self.keep("related/whole", predict(self.state, batch))
        again = predict(self.state, turned)
        self.keep("related/turned", {n: a[::-1] for n, a in again.items()})
        halves = [predict(self.state, part) for part in parts]
        self.keep(
            "related/halves",
            {name: np.concatenate([half[name] for half in halves]) for name in again},
        )
        if not self.case.relations.symmetric:
            return
        self.keep("related/gradients", self.gradients_on(batch))
        self.keep("related/gradients turned", self.gradients_on(turned))
        if self.case.relations.additive:
            one, other = (self.gradients_on(part) for part in parts)
            mean = {n: (cut * one[n] + (rows - cut) * other[n]) / rows for n in one}
            self.keep("related/gradients of halves", mean)

    def gradients_on(self, batch: Arrays) -> Arrays:
        """Gradients before clipping, with the masks of the first update."""
        raw, _, _ = self.probe.raw_gradients(self.module, self.state, batch, 0)
        return raw

    # Training -------------------------------------------------------------------

    def loop(self) -> None:
        """Train through the program's own loop, watched by hooks."""
        if not self.case.epochs:
            return
        self.begin()
        self.stage = "train"
        batches, hooks = WindowBatches(self), Recorder(self)
        try:
            self.state, history = self.module.train(batches, self.state, hooks)
        except Enough:
            pass
        else:
            self.figures["stopped_after"] = len(history)
            self.keep("restored", self.module.export_state(self.state))
        self.figures["ids"] = batches.ids
        self.figures["rows"] = hooks.rows
        if self.case.after is not None:
            self.stage = "after"
            self.look_again(self.case.after)

    def look_again(self, name: str) -> None:
        """Outputs in both modes after training."""
        for mode, training in (("inference", False), ("training", True)):
            outputs = self.probe.node_outputs(
                self.module,
                self.emission,
                self.state,
                self.batch(name),
                training,
                self.state.step,
            )
            self.keep(f"after/{mode}", outputs)

    def resume(self) -> None:
        """Go back to the end of the first epoch and train on from there.

        What training depends on must all be in the exported state, so that the rest
        comes out as before, bit for bit. What early stopping remembers is not in it, so
        that nothing stops this second run; the rule itself is looked at in `decide`.
        """
        if not self.case.epochs:
            return
        first, made = len(self.case.epochs[0]), len(self.figures["rows"])
        last = max(step for step in self.case.record if step <= made)
        if first not in self.case.record or last <= first:
            return
        self.module.import_state(self.state, self.under(f"steps/{first}"))
        self.state.epoch = 1  # it is written down before the epoch is counted
        never_stop(self.state)
        hooks = Recorder(self, stop_at=last - first)
        with suppress(Enough):
            self.module.train(WindowBatches(self), self.state, hooks)
        self.keep("resumed", self.module.export_state(self.state))
        self.figures["resumed_until"] = last

    def single_steps(self) -> None:
        """One step from each given state."""
        for single in self.case.singles:
            arrays = self.given_under(f"state/{single.step}")
            self.module.import_state(self.state, arrays)
            _, logs = self.module.train_step(
                self.state, self.batch(single.batch), single.step
            )
            self.keep(f"single/{single.step}", self.module.export_state(self.state))
            logs.pop("gradient_norm", None)
            self.put_logs(f"single_logs/{single.step}", logs)

    # Plain Python ---------------------------------------------------------------

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

    # Odds and ends --------------------------------------------------------------

    def steps_per_epoch(self) -> int:
        """The steps of an epoch of this case."""
        return len(self.case.epochs[0]) if self.case.epochs else self.case.rate_epoch

    def begin(self) -> None:
        """Put the model at the randomised start, with everything else as it was built."""
        start = self.given_under("start")
        if not start:
            return
        arrays = self.under("built")
        missing = set(start) - set(arrays)
        if missing:
            raise KeyError(f"the program has no {', '.join(sorted(missing))}")
        arrays.update(
            {name: array.astype(self.case.precision) for name, array in start.items()}
        )
        self.module.import_state(self.state, arrays)
        if hasattr(self.module, "new_stopping"):
            self.state.stopping = self.module.new_stopping()

    def under(self, prefix: str) -> Arrays:
        """What was written down under names that begin with ``prefix/``."""
        lead = prefix + "/"
        return {
            name[len(lead) :]: array
            for name, array in self.arrays.items()
            if name.startswith(lead)
        }

    def given_under(self, prefix: str) -> Arrays:
        """The given arrays whose names begin with ``prefix/``."""
        lead = prefix + "/"
        return {
            name[len(lead) :]: array
            for name, array in self.given.items()
            if name.startswith(lead)
        }

    def batch(self, name: str) -> Arrays:
        """A batch by its name; a copy, so that nobody can change the original."""
        return {
            field: np.array(array)
            for field, array in self.given_under(f"batch/{name}").items()
        }

    def keep(self, prefix: str, arrays: dict[str, Any]) -> None:
        """Write arrays down."""
        for name, array in arrays.items():
            self.arrays[f"{prefix}/{name}"] = np.array(array)

    def put_logs(self, prefix: str, logs: dict[str, Any]) -> None:
        """Write figures down; they must be Python numbers."""
        for name, figure in logs.items():
            if not isinstance(figure, float | int):
                raise TypeError(f"{prefix}: {name} is a {type(figure).__name__}")
            self.arrays[f"{prefix}/{name}"] = np.array(float(figure))
