"""The account of a comparison in one precision: what was compared, and what differed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .compare import Mismatch, Part, compare_part
from .protocol import Arrays
from .tolerances import tolerances
from .verdict import Check

__all__ = ["Ledger"]


@dataclass
class _Entry:
    compared: int = 0
    expected: int = 0
    passed: bool = True
    tensors: dict[str, float] = field(default_factory=dict[str, float])

    def worst(self) -> float:
        """The largest relative difference of all tensors."""
        return max(self.tensors.values(), default=0.0)


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
        compared, worst, found = compare_part(part, sides)
        gate = tolerances()[part.gate]
        odd = ".odd_" in part.gate
        name = f"{part.name}, odd batches" if odd else part.name
        self.enter(name, gate, len(part.expected), compared, worst, found)
        return found

    def enter(
        self,
        name: str,
        gate: float,
        expected: int,
        compared: int,
        worst: Mapping[str, float],
        found: Iterable[Mismatch],
    ) -> None:
        """Enter tensors that were compared, and those that do not match."""
        entry = self.entries.setdefault((name, gate), _Entry())
        entry.expected += expected
        entry.compared += compared
        for tensor, size in worst.items():
            entry.tensors[tensor] = max(entry.tensors.get(tensor, 0.0), size)
        listed = list(found)
        self.mismatches += listed
        entry.passed &= not listed and compared == expected

    def excuse(self, mismatches: Iterable[Mismatch]) -> None:
        """Take mismatches back that other evidence has cleared."""
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
        )
