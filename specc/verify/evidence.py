"""What the sides did in float64, and what speaks for a difference between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..catalog.types import Shape
from .compare import Mismatch, Part
from .conditioning import Rounding
from .exam import Exam
from .ledger import Ledger
from .protocol import Reading
from .spread import distance
from .tolerances import tolerances

__all__ = ["Evidence", "with_rows"]

Sides = Mapping[str, Reading]


@dataclass
class Evidence:
    """The sides of one comparison, runs of them from moved numbers, and the ledger."""

    exam: Exam
    sides: Sides
    #: A side, and its run from a start that was moved a little.
    control: tuple[str, Reading] | None = None
    #: What becomes of rounding at rest, where that was measured.
    rounding: Rounding | None = None
    ledger: Ledger = field(default_factory=lambda: Ledger("float64"))
    nulls: dict[str, np.ndarray] = field(default_factory=dict[str, np.ndarray])
    #: What the control shows so far, by what is looked at and tensor.
    gaps: dict[str, dict[str, float]] = field(
        default_factory=lambda: defaultdict[str, dict[str, float]](dict)
    )
    #: The largest relative rounding of gradients behind a sigmoid that saturates.
    blur: float = 0.0
    #: Weights that were cleared in function space.
    cleared: tuple[str, ...] = ()

    def compare(self, part: Part, prefix: str) -> list[Mismatch]:
        """Compare what all sides have under a prefix."""
        arrays = {name: reading.under(prefix) for name, reading in self.sides.items()}
        return self.ledger.compare(part, arrays)

    def moved(self, prefix: str) -> dict[str, float]:
        """How far tensors may be apart at rest, where that was measured."""
        return {} if self.rounding is None else self.rounding.allowed(prefix)

    def allowed(self, prefix: str) -> dict[str, float]:
        """How far tensors may be apart by what the control shows, there or before."""
        if self.control is None:
            return {}
        side, reading = self.control
        one, other = self.sides[side].under(prefix), reading.under(prefix)
        factor, known = (
            tolerances()["float64.control"],
            self.gaps[prefix.rstrip("0123456789")],
        )
        for name in one.keys() & other.keys():
            here = factor * distance(one[name], other[name])
            known[name] = max(known.get(name, 0.0), here)
        return dict(known)

    def cancelling(self) -> dict[str, float]:
        """How far weights and their slots may be apart because gradients cancel."""
        if self.rounding is None:
            return {}
        looks = [probe.name for probe in self.exam.probes]
        found = self.rounding.relative(
            f"{where}/{look}" for look in looks for where in ("raw", "clipped")
        )
        every = {name for wanted in self.exam.phases for name in wanted.slots}
        slots = {name: name.split("/", 2)[2] for name in every}
        return found | {name: found[w] for name, w in slots.items() if w in found}

    def loosened(
        self, nulls: Mapping[str, np.ndarray] | None = None
    ) -> dict[str, np.ndarray]:
        """Masks of entries under the wider gate: null weights, and what follows them."""
        nulls = self.nulls if nulls is None else nulls
        if not nulls:
            return {}
        wanted = self.exam.expected
        found = dict(nulls)
        if any(phase.lowers for phase in self.exam.phases):
            # It is a figure, perhaps of outputs in inference mode, that such weights reach.
            found["counter/plateau_best"] = np.ones((), np.bool_)
        for name in {name for phase in self.exam.phases for name in phase.slots}:
            weight = name.split("/", 2)[2]
            if weight in nulls:
                found[name] = nulls[weight]
        for name, shape in wanted.buffers.items():
            found[name] = np.ones(tuple(map(int, shape)), dtype=bool)
        return found

    def steps_made(self) -> int:
        """The updates of the side that made most (`decisions` has compared them)."""
        return max(len(reading.figures["rows"]) for reading in self.sides.values())


def with_rows(shapes: Mapping[str, Shape], rows: int) -> dict[str, Shape | None]:
    """Shapes of examples, in batches of so many."""
    return {name: (rows, *shape) for name, shape in shapes.items()}
