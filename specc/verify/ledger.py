"""The account of a comparison in one precision: what was compared, and what differed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .compare import Mismatch, Part, compare_part
from .protocol import Arrays
from .tolerances import tolerances
from .verdict import Check, Trace

__all__ = ["ODD_BATCHES", "Ledger"]

#: The end of the names of parts that compare degenerate batches.
ODD_BATCHES = ", odd batches"

#: Steps of a trace that are kept.
POINTS = 400


@dataclass
class _Entry:
    compared: int = 0
    expected: int = 0
    passed: bool = True
    unit: str = ""
    left_out: int = 0
    tensors: dict[str, float] = field(default_factory=dict[str, float])
    #: By pair of sides or by side, then by tensor.
    errors: dict[str, dict[str, float]] = field(
        default_factory=dict[str, dict[str, float]]
    )
    #: Tensors beyond the gate that are no mismatch, and why.
    excused: dict[str, str] = field(default_factory=dict[str, str])
    #: By sort of tensors and sides, then by step.
    steps: dict[tuple[str, str], dict[int, float]] = field(
        default_factory=dict[tuple[str, str], dict[int, float]]
    )

    def worst(self) -> float:
        """The largest relative difference of all tensors."""
        return max(self.tensors.values(), default=0.0)

    def note(self, tensor: str, sizes: Mapping[str, float], part: Part | None) -> None:
        """Keep the largest errors of a tensor, and of its sort at a step."""
        for sides, size in sizes.items():
            of = self.errors.setdefault(sides, {})
            of[tensor] = max(of.get(tensor, 0.0), size)
            if part is not None and part.step is not None:
                at = self.steps.setdefault((_sort(part, tensor), sides), {})
                at[part.step] = max(at.get(part.step, 0.0), size)

    def traces(self) -> tuple[Trace, ...]:
        """The largest errors by step, thinned out where there are many."""
        return tuple(
            Trace(sort, sides, *_thinned(by_step))
            for (sort, sides), by_step in self.steps.items()
        )


def _sort(part: Part, tensor: str) -> str:
    """What a tensor is to training."""
    if tensor.startswith(("optimizer/", "counter/")):
        return "slots" if tensor.startswith("optimizer/") else "counters"
    kind = part.kind(tensor)
    return {"weights": "parameters", "": "figures"}.get(kind, "buffers")


def _thinned(by_step: Mapping[int, float]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Steps and errors: of each run of neighbours the worst, `POINTS` at the most."""
    points = sorted(by_step.items())
    run = -(-len(points) // POINTS) or 1
    kept = [
        max(points[at : at + run], key=lambda point: point[1])
        for at in range(0, len(points), run)
    ]
    return tuple(step for step, _ in kept), tuple(error for _, error in kept)


def excuse(part: Part, tensor: str) -> str:
    """Why a tensor may differ by more than the gate of its part."""
    if tensor in part.nulls:
        return "its gradient is zero but for rounding, or it follows one that is"
    gate = tolerances()[part.gate]
    if part.blur.get(tensor, 0.0) > gate:
        return "its loss divides by a probability near 0 or 1"
    if part.long_sum() > gate:
        return f"rounding of a sum of {part.terms} terms"
    if part.turned.get(tensor):
        return "decisions lie on their border"
    trained = part.step is not None or part.name.endswith(("after training", "the end"))
    if trained and part.loose.get(tensor, 0.0) <= gate:
        return "training amplifies rounding: a control run differs as much"
    return "inputs and weights that move by rounding move it as far"


@dataclass
class Ledger:
    """Checks by part and gate, and mismatches in the order in which they were found."""

    precision: str
    entries: dict[tuple[str, float], _Entry] = field(
        default_factory=dict[tuple[str, float], _Entry]
    )
    mismatches: list[Mismatch] = field(default_factory=list[Mismatch])

    def compare(self, part: Part, sides: Mapping[str, Arrays]) -> list[Mismatch]:
        """Compare a part on all sides and enter the result."""
        compared, sizes, found = compare_part(part, sides)
        worst = {name: max(by.values(), default=0.0) for name, by in sizes.items()}
        gate = tolerances()[part.gate]
        odd = ODD_BATCHES if ".odd_" in part.gate else ""
        name = part.name.removesuffix(ODD_BATCHES) + odd
        self.enter(name, gate, len(part.expected), compared, worst, found, sizes, part)
        wrong = {item.name for item in found}
        beyond = [n for n, size in worst.items() if not size <= gate and n not in wrong]
        self.entries[name, gate].excused.update((n, excuse(part, n)) for n in beyond)
        return found

    def enter(
        self,
        name: str,
        gate: float,
        expected: int,
        compared: int,
        worst: Mapping[str, float],
        found: Iterable[Mismatch],
        sizes: Mapping[str, Mapping[str, float]] | None = None,
        part: Part | None = None,
        unit: str = "",
    ) -> None:
        """Enter tensors that were compared, and those that do not match.

        `worst` is what is held against the gate, `sizes` the errors by tensor and side or
        pair of sides, `part` says at which step they were seen, `unit` what the gate is
        in if not relative differences.
        """
        entry = self.entries.setdefault((name, gate), _Entry(unit=unit))
        entry.expected += expected
        entry.compared += compared
        for tensor, size in worst.items():
            entry.tensors[tensor] = max(entry.tensors.get(tensor, 0.0), size)
        for tensor, by in (sizes or {}).items():
            entry.note(tensor, by, part)
        listed = list(found)
        self.mismatches += listed
        entry.passed &= not listed and compared == expected

    def leave_out(self, name: str, gate: float, count: int) -> None:
        """Count tensors that are not compared, for an earlier step differs."""
        entry = self.entries.setdefault((name, gate), _Entry())
        entry.expected += count
        entry.left_out += count

    def excuse(self, mismatches: Iterable[Mismatch], why: str) -> None:
        """Take mismatches back that other evidence has cleared, and say which."""
        mismatches = list(mismatches)
        for item in mismatches:
            entry = self.entries[item.part.name, tolerances()[item.part.gate]]
            entry.excused[item.name] = why
        cleared = {id(item) for item in mismatches}
        names = {item.part.name for item in self.mismatches if id(item) in cleared}
        self.mismatches = [m for m in self.mismatches if id(m) not in cleared]
        names -= {item.part.name for item in self.mismatches}
        for (name, _), entry in self.entries.items():
            if name in names:
                entry.passed = entry.compared == entry.expected

    def checks(self) -> tuple[Check, ...]:
        """The account by part."""
        return tuple(
            self._check(name, gate, entry)
            for (name, gate), entry in self.entries.items()
        )

    def _check(self, name: str, gate: float, entry: _Entry) -> Check:
        where = max(entry.tensors, key=lambda t: entry.tensors[t], default="")
        return Check(
            precision=self.precision,
            part=name,
            compared=entry.compared,
            expected=entry.expected,
            worst=entry.tensors.get(where, 0.0),
            where=where,
            gate=gate,
            passed=entry.passed,
            tensors=entry.tensors,
            errors=entry.errors,
            excused=entry.excused,
            traces=entry.traces(),
            unit=entry.unit,
            left_out=entry.left_out,
        )
