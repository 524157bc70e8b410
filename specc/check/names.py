"""The names of a model's inputs, layers and flows: given or made, all different."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..catalog import catalog
from ..catalog.automatic import snake_case
from ..diagnostics.model import Note, Span
from .report import Report

__all__ = ["RESERVED", "Names"]

#: Words that are values or operators wherever a name could stand.
RESERVED = frozenset({"true", "false", "none", "not"})


@dataclass
class Names:
    """The names that are taken, whatever their case, and the next number of each keyword."""

    report: Report
    taken: dict[str, tuple[str, Span]] = field(
        default_factory=dict[str, tuple[str, Span]]
    )
    automatic: set[str] = field(default_factory=set[str])
    _next: dict[str, int] = field(default_factory=dict[str, int])

    def claim(self, name: str, span: Span) -> bool:
        """Take a name that the spec gives; False, and a problem, if it cannot have it."""
        first = self.taken.get(name.lower())
        if first is not None:
            same = first[0] == name
            self.report.error(
                "duplicate-name" if same else "name-clash",
                f"the name {name} is taken"
                if same
                else f"{name} and {first[0]} differ only in case",
                span,
                notes=(Note("the other one is here", first[1]),),
            )
            return False
        if name in catalog().family("layer") or name in RESERVED:
            message = f"{name} is a word of the language and cannot be a name"
            self.report.error("reserved-name", message, span)
            return False
        self.taken[name.lower()] = (name, span)
        return True

    def make(self, keyword: str, span: Span) -> str:
        """A name for a layer that has none: its keyword and the next free number."""
        stem = snake_case(keyword)
        while True:
            number = self._next[stem] = self._next.get(stem, 0) + 1
            name = f"{stem}_{number}"
            if name not in self.taken:
                self.taken[name] = (name, span)
                self.automatic.add(name)
                return name
