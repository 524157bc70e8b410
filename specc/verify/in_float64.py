"""The comparison in float64: everything that the sides did, under fixed gates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from ..catalog.types import Shape
from ..runtime.batches import ArrayBatches
from .compare import Mismatch, Part
from .exam import Exam
from .ledger import Ledger
from .protocol import JUDGE, STAGES, Probe, Reading
from .spread import distance, largest
from .tolerances import tolerances
from .window import ADVERSARIAL, LARGER

__all__ = ["Float64", "null_entries", "unsaturated"]

Sides = Mapping[str, Reading]


def null_entries(exam: Exam, sides: Sides) -> dict[str, np.ndarray]:
    """Entries of weights whose gradient is zero but for rounding, by weight.

    Such an entry has, on every side and on two batches of several rows, a gradient below
    `float64.null_share` of the model's largest, and is not exactly 0 everywhere (exact
    zeros stay put under every optimizer).
    """
    share = tolerances()["float64.null_share"]
    small: dict[str, np.ndarray] = {}
    moved: dict[str, np.ndarray] = {}
    for probe in ("real", "ties"):
        for reading in sides.values():
            found = reading.under(f"raw/{probe}")
            bound = share * largest(found.values())
            for name, array in found.items():
                below = np.abs(array) <= bound
                small[name] = small[name] & below if name in small else below
                other = array != 0
                moved[name] = moved[name] | other if name in moved else other
    masks = {name: small[name] & moved[name] for name in small}
    return {name: mask for name, mask in masks.items() if mask.any()}


def unsaturated(sides: Sides, where: str, probe: Probe) -> dict[str, float]:
    """The size of gradients on ordinary inputs, for those on inputs that saturate.

    Where a tanh is at 1 − 1e-9 its derivative is the small difference of numbers near 1:
    a gradient is computed from what it would be if nothing were saturated.
    """
    if probe.batch != "large":
        return {}
    found: dict[str, float] = {}
    for reading in sides.values():
        for name, array in reading.under(f"{where}/real").items():
            found[name] = max(found.get(name, 0.0), LARGER * largest([array]))
    return found


@dataclass
class Float64:
    """One comparison in float64. `run` fills the ledger."""

    exam: Exam
    sides: Sides
    ledger: Ledger = field(default_factory=lambda: Ledger("float64"))
    nulls: dict[str, np.ndarray] = field(default_factory=dict[str, np.ndarray])
    #: Weights that were cleared in function space.
    cleared: tuple[str, ...] = ()

    def run(self) -> None:
        """Compare part by part, in the order in which a program does things."""
        self.constants()
        self.start()
        for probe in self.exam.looks():
            self.at_rest(probe)
        self.nulls = null_entries(self.exam, self.sides)
        self.decisions()
        self.steps()
        self.epochs()
        self.after()
        self.resumed()
        self.clear()

    def run_early(self) -> None:
        """Compare only stages that every side has got through."""
        reached = [
            STAGES.index(reading.mishap.stage)
            for reading in self.sides.values()
            if reading.mishap is not None
        ]
        if min(reached, default=len(STAGES)) > STAGES.index("build"):
            self.constants()
            self.start()
        if min(reached, default=len(STAGES)) > STAGES.index("look"):
            for probe in self.exam.looks():
                self.at_rest(probe)

    def compare(self, part: Part, prefix: str) -> list[Mismatch]:
        """Compare what all sides have under a prefix."""
        arrays = {name: reading.under(prefix) for name, reading in self.sides.items()}
        return self.ledger.compare(part, arrays)

    # At rest --------------------------------------------------------------------

    def start(self) -> None:
        """Initial weights, and what the built model makes of them."""
        wanted = self.exam.expected
        names: dict[str, Shape | None] = {**wanted.weights, **wanted.buffers}
        self.compare(
            Part("initial weights", names, "float64.exact", "float64"), "initial"
        )
        state: dict[str, Shape | None] = {**wanted.state()}
        self.compare(Part("built state", state, "float64.exact", "float64"), "built")
        for side, reading in self.sides.items():
            drawn, built = reading.under("initial"), reading.under("built")
            pair = {"drawn": drawn, side: {n: built[n] for n in names if n in built}}
            part = Part("built weights", names, "float64.exact")
            self.ledger.compare(part, pair)

    def at_rest(self, probe: Probe) -> None:
        """Outputs, figures and gradients on one batch."""
        rows, wanted = len(self.exam.batches[probe.batch]["ids"]), self.exam.expected
        odd = "odd_" if probe.batch in ADVERSARIAL else ""
        forward, gradient = f"float64.{odd}forward", f"float64.{odd}gradient"
        nodes = _with_rows(wanted.nodes, rows)
        outputs = _with_rows(wanted.outputs, rows)
        grads: dict[str, Shape | None] = dict(wanted.gradients)
        logs: dict[str, Shape | None] = dict.fromkeys(wanted.logs, ())
        penalty: dict[str, Shape | None] = {"penalty": ()}
        for title, where, names, gate in (
            ("outputs in inference", "inference", nodes, forward),
            ("outputs in training", "training", nodes, forward),
            ("predictions", "predict", outputs, forward),
            ("penalty", "penalty", penalty, forward),
            ("figures in inference", "evaluate", logs, forward),
            ("figures in training", "train", logs, forward),
            ("gradients", "raw", grads, gradient),
            ("clipped gradients", "clipped", grads, gradient),
        ):
            dtype = "float64" if names is not logs else None
            least = unsaturated(self.sides, where, probe) if names is grads else {}
            part = Part(
                title,
                names,
                gate,
                dtype,
                batch=probe.batch,
                look=probe.name,
                least=least,
            )
            self.compare(part, f"{where}/{probe.name}")

    # Training -------------------------------------------------------------------

    def steps(self) -> None:
        """The whole state and the figures after every update that was recorded."""
        wanted, loose = self.exam.expected, self._loose()
        state: dict[str, Shape | None] = dict(wanted.state())
        logs: dict[str, Shape | None] = dict.fromkeys(wanted.logs, ())
        for step in range(1, self._steps_made() + 1):
            part = Part("figures of steps", logs, "float64.state", step=step)
            wrong = bool(self.compare(part, f"logs/{step}"))
            if step in self.exam.record:
                part = Part(
                    "state after steps",
                    state,
                    "float64.state",
                    "float64",
                    wanted.kind,
                    loose,
                    step=step,
                )
                found = self.compare(part, f"steps/{step}")
                wrong |= any(not item.null for item in found)
            if wrong:
                return

    def _steps_made(self) -> int:
        """The updates of the side that made most (`decisions` has compared them)."""
        return max(len(reading.figures["rows"]) for reading in self.sides.values())

    def _loose(self) -> dict[str, np.ndarray]:
        """Masks of entries under the wider gate: null weights, and what follows them."""
        if not self.nulls:
            return {}
        wanted = self.exam.expected
        found = dict(self.nulls)
        for name in wanted.slots:
            weight = name.split("/", 2)[2]
            if weight in self.nulls:
                found[name] = self.nulls[weight]
        for name, shape in wanted.buffers.items():
            found[name] = np.ones(tuple(map(int, shape)), dtype=bool)
        return found

    def epochs(self) -> None:
        """The record of each epoch."""
        wanted = self.exam.expected.logs
        names = ["epoch", "step", "learning_rate", *wanted]
        if self.exam.window.validation:
            names += [f"val_{name}" for name in wanted]
        for epoch in range(1, self._epochs_done() + 1):
            held_out = {name: () for name in names if name.startswith("val_")}
            plain = {name: () for name in names if name not in held_out}
            gate = "float64.null" if self.nulls else "float64.state"
            arrays = {s: r.under(f"epochs/{epoch}") for s, r in self.sides.items()}
            for some, limit in ((plain, "float64.state"), (held_out, gate)):
                chosen = {
                    side: {
                        name: array
                        for name, array in found.items()
                        if name.startswith("val_") == (some is held_out)
                    }
                    for side, found in arrays.items()
                }
                part = Part("figures of epochs", some, limit, step=epoch)
                self.ledger.compare(part, chosen)

    def _epochs_done(self) -> int:
        counts = [
            len({name.split("/")[1] for name in r.arrays if name.startswith("epochs/")})
            for r in self.sides.values()
        ]
        return max(counts, default=0)

    def after(self) -> None:
        """Outputs after training, and the weights that training ended with."""
        name = self.exam.window.epochs[0][0]
        rows = len(self.exam.batches[name]["ids"])
        nodes = _with_rows(self.exam.expected.nodes, rows)
        gate = "float64.null" if self.nulls else "float64.state"
        for mode in ("inference", "training"):
            title = f"outputs in {mode} after training"
            part = Part(title, nodes, gate, "float64", batch=name)
            self.compare(part, f"after/{mode}")
        if all("stopped_after" in r.figures for r in self.sides.values()):
            state: dict[str, Shape | None] = dict(self.exam.expected.state())
            kind = self.exam.expected.kind
            part = Part(
                "state at the end",
                state,
                "float64.state",
                "float64",
                kind,
                self._loose(),
            )
            self.compare(part, "restored")

    def resumed(self) -> None:
        """Training that went on from an exported state comes out the same, to the bit."""
        state: dict[str, Shape | None] = dict(self.exam.expected.state())
        last = self.exam.record[-1]
        for side, reading in self.sides.items():
            again = reading.under("resumed")
            if again:
                pair = {"straight on": reading.under(f"steps/{last}"), side: again}
                part = Part("state after resuming", state, "float64.exact")
                self.ledger.compare(part, pair)

    def clear(self) -> None:
        """Clear entries of zero gradient that went too far, if the function is the same.

        The function is what training computes: figures of all steps and outputs of the
        model in training mode must agree to `float64.state`, inference to
        `float64.spare` (running means follow a drifting bias with a lag).
        """
        drifted = [item for item in self.ledger.mismatches if item.null]
        if not drifted:
            return
        other = [item for item in self.ledger.mismatches if not item.null]
        soft = [item for item in other if _excusable(item)]
        explained = self._drift(self.exam.expected.buffers) <= 10 * self._drift(
            self.nulls
        )
        if len(soft) == len(other) and explained and self._same_function():
            self.cleared = tuple(sorted({m.name for m in drifted}))
            self.ledger.excuse([*drifted, *soft])

    def _drift(self, names: Iterable[str]) -> float:
        """The largest absolute difference of zero-gradient entries at any step.

        Running means may differ by what the biases before them differ by, and by a
        little more where a layer lies between; by nothing else.
        """
        chosen, worst = list(names), 0.0
        for step in self.exam.record:
            states = [r.under(f"steps/{step}") for r in self.sides.values()]
            for name in chosen:
                arrays = [state[name] for state in states if name in state]
                mask = self.nulls.get(name, ...)
                for one, other in combinations(arrays, 2):
                    worst = max(worst, distance(one[mask], other[mask]))
        return worst

    def _same_function(self) -> bool:
        outs = [item.edge for item in self.exam.program.network.outputs]
        names: dict[str, Shape | None] = dict.fromkeys(outs)
        arrays = {
            side: {
                name: array
                for name, array in reading.under("after/training").items()
                if name in names
            }
            for side, reading in self.sides.items()
        }
        part = Part("training function", names, "float64.state")
        return not self.ledger.compare(part, arrays)

    # Plain figures --------------------------------------------------------------

    def constants(self) -> None:
        """Settings against the intermediate form."""
        training, network = self.exam.program.training, self.exam.program.network
        assert training is not None
        wanted: dict[str, Any] = {
            "SEED": training.seed,
            "BATCH_SIZE": training.batch_size,
            "EPOCHS": training.phases[0].epochs,
            "SHUFFLE": training.shuffle,
            "PRECISION": training.precision,
            "INPUTS": [item.name for item in network.inputs],
            "TARGETS": list(dict.fromkeys(o.target for o in training.objectives)),
            "SAMPLE_WEIGHT": training.sample_weight,
        }
        for name, value in wanted.items():
            found = {s: r.figures["constants"][name] for s, r in self.sides.items()}
            if name == "PRECISION":
                found.pop(JUDGE, None)  # it knows float64 only
            self._same("settings", name, found, value)

    def decisions(self) -> None:
        """Rates, orders, batches seen and stopping: the same or wrong."""
        for name in ("rates", "order", "order_steps", "ids", "rows", "stopping"):
            found = {s: r.figures.get(name) for s, r in self.sides.items()}
            self._same("decisions", name, found, self._wanted(name, found))
        for name in ("stopped_after", "not_finite"):
            found = {s: r.figures.get(name) for s, r in self.sides.items()}
            self._same("decisions", name, found, next(iter(found.values())))
        if self.exam.guards:
            found = {s: _refused(r.figures["guards"]) for s, r in self.sides.items()}
            self._same("decisions", "guards", found, [])

    def _wanted(self, name: str, found: dict[str, Any]) -> Any:
        """What the intermediate form demands; else what most sides say."""
        exam, training = self.exam, self.exam.program.training
        assert training is not None
        if name in ("order", "order_steps"):
            batches = ArrayBatches(
                {"row": np.arange(exam.window.rows)},
                None,
                training.batch_size,
                training.seed,
                training.shuffle,
            )
            if name == "order_steps":
                return batches.steps_per_epoch
            count = min(3, training.phases[0].epochs)
            return [[b["ids"].tolist() for b in batches.epoch(e)] for e in range(count)]
        if name in ("ids", "rows") and not training.phases[0].callbacks:
            ids = [exam.batches[b]["ids"].tolist() for b in exam.window.updates()]
            return ids if name == "ids" else [len(item) for item in ids]
        values = list(found.values())
        return max(values, key=values.count)

    def _same(self, title: str, name: str, found: dict[str, Any], wanted: Any) -> None:
        """Enter a plain figure that must be the wanted one on every side."""
        part = Part(title, {name: None}, "float64.exact")
        wrong = [
            Mismatch(
                part, name, f"{side}: {_told(value, wanted)}", np.inf, 0.0, {}, side
            )
            for side, value in found.items()
            if value != wanted
        ]
        size = np.inf if wrong else 0.0
        self.ledger.enter(title, 0.0, 1, 1, {name: size}, wrong)


def _told(value: Any, wanted: Any) -> str:
    """A short account of how a plain figure is wrong."""
    if isinstance(value, list) and isinstance(wanted, list):
        pairs = enumerate(zip(value, wanted, strict=False))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        for place, (have, want) in pairs:  # pyright: ignore[reportUnknownVariableType]
            if have != want:
                return f"item {place} is {_short(have)}, not {_short(want)}"
        return f"has {len(value)} items, not {len(wanted)}"  # pyright: ignore[reportUnknownArgumentType]
    return f"is {_short(value)}, not {_short(wanted)}"


def _refused(guards: dict[str, str]) -> list[str]:
    """The damages to imported weights that were not refused, or not tried."""
    tried = {"missing", "unexpected", "misshapen"} <= guards.keys()
    accepted = [damage for damage, how in guards.items() if how == "accepted"]
    return accepted if tried else ["nothing was tried"]


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _with_rows(shapes: Mapping[str, Shape], rows: int) -> dict[str, Shape | None]:
    return {name: (rows, *shape) for name, shape in shapes.items()}


def _excusable(item: Mismatch) -> bool:
    """Whether an inference figure differs by no more than a drifting bias explains."""
    inference = item.part.name == "figures of epochs" and item.name.startswith("val_")
    outputs = "after training" in item.part.name
    return (inference or outputs) and item.size <= tolerances()["float64.spare"]
