"""A problem, and the place in a source text that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

__all__ = ["Edit", "Level", "Note", "Problem", "Source", "Span", "failed"]


class Level(StrEnum):
    """How grave a problem is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Source:
    """A source text and the name it is known by (a path as the user wrote it)."""

    name: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return self.text.replace("\r\n", "\n").split("\n")


@dataclass(frozen=True)
class Span:
    """A stretch of a source text.

    `line` and `column` count from 1, columns in characters; `end_column` is the column
    after the last character. `start` and `end` are offsets in characters from 0.
    """

    source: Source = field(repr=False)
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: Span) -> Span:
        """The stretch from the beginning of this one to the end of the other."""
        return Span(
            self.source,
            self.start,
            other.end,
            self.line,
            self.column,
            other.end_line,
            other.end_column,
        )


@dataclass(frozen=True)
class Note:
    """A further place that explains a problem."""

    message: str
    span: Span | None = None


@dataclass(frozen=True)
class Edit:
    """A stretch of a text and what to write in its place."""

    span: Span
    text: str


@dataclass(frozen=True)
class Problem:
    """One instance of a rule being broken, at a place.

    `message` says what is wrong, `expected` what would be right, `suggestion` the likely
    correction in words of the language. `fix` is a mechanical correction, where there is
    one.
    """

    rule: str
    message: str
    span: Span | None
    level: Level = Level.ERROR
    expected: str | None = None
    suggestion: str | None = None
    notes: tuple[Note, ...] = ()
    fix: tuple[Edit, ...] = ()

    def __str__(self) -> str:
        """``file:line:column: error[rule]: message``, as compilers write it."""
        from .words import sentence

        said = f"{self.level}[{self.rule}]: {sentence(self)}"
        if self.span is None:
            return said
        name = self.span.source.name
        if name.startswith("--"):  # a value given from outside has no lines
            return f"{name}: {said}"
        return f"{name}:{self.span.line}:{self.span.column}: {said}"


def failed(problems: Iterable[Problem]) -> bool:
    """Whether any problem is an error."""
    return any(problem.level is Level.ERROR for problem in problems)
