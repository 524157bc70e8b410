"""The comparison in float32: each side's errors against its own run in float64.

Looked at are the model at rest on all batches, and single training steps, each from the
state that the float64 run had before it. Longer trajectories are not compared: they part
at kinks, within one framework as well as between two, and so prove nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..catalog.types import Shape
from .compare import Part
from .conditioning import undecided
from .dual import Tripped, compare_dual, persistent, typical_error
from .exam import Exam
from .in_float64 import usual
from .ledger import Ledger
from .protocol import Arrays, Probe, Reading
from .spread import largest
from .tolerances import tolerances
from .updates import part_of_update

__all__ = ["Float32"]

IN_INFERENCE = ("inference", "predict", "evaluate")


@dataclass
class Float32:
    """One comparison in float32. `run` fills the ledger."""

    exam: Exam
    single: Mapping[str, Reading]
    double: Mapping[str, Reading]
    nulls: Mapping[str, np.ndarray]
    #: The side whose states in float64 the single steps begin and are to end in.
    base: str
    #: A side, and its single steps from states that were moved a little.
    control: tuple[str, Reading] | None = None
    ledger: Ledger = field(default_factory=lambda: Ledger("float32"))
    looks: dict[str, int] = field(default_factory=dict[str, int])
    forward: float = 0.0
    tripped: dict[tuple[str, str], list[Tripped]] = field(
        default_factory=dict[tuple[str, str], list[Tripped]]
    )

    def run(self) -> None:
        """Compare initial weights exactly, the rest by errors."""
        self.built()
        for probe in self.exam.probes:
            if probe.start == "random":
                self.at_rest(probe)
        for step in self.exam.singles:
            self.step(step)
        for step in self.exam.updates:
            part = part_of_update(self.exam.expected, step, "float32.ratio", "float32")
            place = f"updates/{step}"
            self._dual(part, _under(self.single, place), _under(self.double, place))
        self.settle()

    def built(self) -> None:
        """The built model has the drawn weights, rounded once."""
        wanted = self.exam.expected
        names: dict[str, Shape | None] = {**wanted.weights, **wanted.buffers}
        for side, reading in self.single.items():
            drawn = {
                name: array.astype(np.float32)
                for name, array in reading.under("initial").items()
            }
            built = reading.under("built")
            pair = {"drawn": drawn, side: {n: built[n] for n in names if n in built}}
            part = Part(
                "built weights", names, "float64.exact", "float32", truth="drawn"
            )
            self.ledger.compare(part, pair)

    def at_rest(self, probe: Probe) -> None:
        """Outputs, figures and gradients on one batch."""
        rows, wanted = len(self.exam.batches[probe.batch]["ids"]), self.exam.expected
        nodes = {name: (rows, *shape) for name, shape in wanted.nodes.items()}
        outputs = {name: (rows, *shape) for name, shape in wanted.outputs.items()}
        logs: dict[str, Shape | None] = dict.fromkeys(wanted.logs, ())
        both = [*self.single.values(), *self.double.values()]
        for title, where, names in (
            ("outputs in inference", "inference", nodes),
            ("outputs in training", "training", nodes),
            ("predictions", "predict", outputs),
            ("figures in inference", "evaluate", logs),
            ("figures in training", "train", logs),
            ("gradients", "raw", wanted.gradients),
            ("clipped gradients", "clipped", wanted.gradients),
        ):
            dtype = "float32" if names is not logs else None
            mode = "inference" if where in IN_INFERENCE else "training"
            seen = [reading.under(f"{mode}/{probe.name}") for reading in both]
            part = Part(
                title,
                names,
                "float32.ratio",
                dtype,
                nulls=self.nulls if names is wanted.gradients else {},
                least=usual(self.double, where, probe)
                if names is wanted.gradients
                else {},
                allowed=undecided(self.exam.program, seen) if names is logs else {},
                terms=self.terms(rows, training=where not in IN_INFERENCE),
                batch=probe.batch,
                look=probe.name,
            )
            place = f"{where}/{probe.name}"
            self._dual(part, _under(self.single, place), _under(self.double, place))

    def step(self, step: int) -> None:
        """One update from the state that the float64 run had after `step` others."""
        wanted = self.exam.expected
        names = {n: s for n, s in wanted.state().items() if "counter/" not in n}
        logs: dict[str, Shape | None] = dict.fromkeys(wanted.logs, ())
        masks = dict(self.nulls)
        for slot in wanted.slots:
            weight = slot.split("/", 2)[2]
            if weight in self.nulls:
                masks[slot] = self.nulls[weight]
        part = Part(
            "state after a step",
            names,
            "float32.ratio",
            "float32",
            wanted.kind,
            masks,
            terms=self.terms(self.rows(step), training=True),
            honest=self.honest("single", names),
            step=step + 1,
        )
        single = _under(self.single, f"single/{step}", names)
        truth = dict.fromkeys(self.single, self.double[self.base])
        double = _under(truth, f"steps/{step + 1}", names)
        self._dual(part, single, double)
        honest = self.honest("single_logs", logs)
        part = Part(
            "figures of a step", logs, "float32.ratio", honest=honest, step=step + 1
        )
        single = _under(self.single, f"single_logs/{step}")
        self._dual(part, single, _under(truth, f"logs/{step + 1}"))

    def honest(self, where: str, names: Mapping[str, object]) -> dict[str, float]:
        """The control's largest errors against its own first run, over all steps."""
        if self.control is None:
            return {}
        side, moved = self.control
        found: dict[str, float] = {}
        for step in self.exam.singles:
            one = self.single[side].under(f"{where}/{step}")
            other = moved.under(f"{where}/{step}")
            for name in names:
                scale = largest([one[name]]) or 1.0
                error = typical_error(one[name], other[name], scale)
                found[name] = max(found.get(name, 0.0), error)
        return found

    def doubt(self) -> float | None:
        """How far a control should be moved, if there is reason for one.

        There is where everything at rest agreed: single steps may then differ because
        units lie so near their kinks that rounding decides.
        """
        found = self.ledger.mismatches
        if not found or any(not item.part.name.endswith(" step") for item in found):
            return None
        return tolerances()["float32.control"] * self.forward

    def rows(self, step: int) -> int:
        """The number of examples in the batch of an update."""
        return len(self.exam.batches[self.exam.window.updates()[step]]["ids"])

    def terms(self, rows: int, training: bool) -> int:
        """The longest sum: over the inputs of a unit, or in training over all positions.

        Means of a normalization and gradients of what is shared by all positions add up
        the batch and every place of an image.
        """
        fans = [weight.fan_in for weight in self.exam.program.network.weights()]
        if not training:
            return max(fans, default=1)
        places = [
            math.prod(dim for dim in shape[:-1] if isinstance(dim, int))
            for shape in self.exam.expected.nodes.values()
        ]
        return max(*fans, rows * max(places, default=1), 1)

    def settle(self) -> None:
        """Enter what tripped too often to be a flipped unit."""
        for (title, name), items in self.tripped.items():
            wrong = persistent(items, self.looks[title])
            gate = tolerances()["float32.ratio"]
            self.ledger.enter(title, gate, 0, 0, {}, wrong)
            if not wrong:
                why = f"at {len(items)} of {self.looks[title]} looks: units near kinks"
                self.ledger.entries[title, gate].excused[name] = why

    def _dual(
        self, part: Part, single: dict[str, Arrays], double: dict[str, Arrays]
    ) -> None:
        result = compare_dual(part, single, double)
        self.looks[part.name] = self.looks.get(part.name, 0) + 1
        if part.name == "outputs in training":
            sizes = [size for by in result.sizes.values() for size in by.values()]
            self.forward = max([self.forward, *sizes])
        for item in result.tripped:
            key = (part.name, item.mismatch.name)
            self.tripped.setdefault(key, []).append(item)
        gate = tolerances()[part.gate]
        self.ledger.enter(
            part.name,
            gate,
            len(part.expected),
            result.compared,
            result.ratios,
            result.wrong,
            result.sizes,
            part,
        )


def _under(
    sides: Mapping[str, Reading], prefix: str, names: Mapping[str, object] | None = None
) -> dict[str, Arrays]:
    """What each side has under a prefix, the counters left out where `names` says so."""
    found = {side: reading.under(prefix) for side, reading in sides.items()}
    if names is None:
        return found
    return {
        side: {n: a for n, a in arrays.items() if not n.startswith("counter/")}
        for side, arrays in found.items()
    }
