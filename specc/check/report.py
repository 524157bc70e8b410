"""Where the stages of the check put their problems."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import islice

from ..diagnostics.model import Edit, Level, Note, Problem, Span
from ..diagnostics.suggest import nearest
from .gaps import Gaps

__all__ = ["Report", "one_of", "quoted_list"]

#: Longer lists of what is possible are not printed in full.
_LONGEST = 12
#: How many words a check compares in all to find those that were meant.
_COMPARISONS = 200_000


def quoted_list(words: Iterable[str], joint: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def one_of(words: Collection[str]) -> str:
    """What a place can hold: ``a``, or ``one of a, b``; long lists are cut."""
    items = [*islice(words, _LONGEST)]
    if len(items) < 2:
        return "".join(items)
    rest = len(words) - _LONGEST
    more = f" and {rest} more" if rest > 0 else ""
    return f"one of {', '.join(items)}{more}"


class Report:
    """Gathers problems in the order in which they are found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        #: What statements with problems of their own may have said.
        self.gaps = Gaps()
        #: How many problems were found, those that follow from gaps too.
        self.errors = 0
        self._comparisons = _COMPARISONS

    def add(self, problem: Problem) -> None:
        """Take in a problem."""
        self.problems.append(problem)

    def follow(self, problem: Problem) -> None:
        """Take in a problem, unless it may follow from another one."""
        self.errors += 1
        span = problem.span
        explained = span is not None and self.gaps.explain(
            problem.rule, span, problem.suggestion
        )
        if not explained:
            self.problems.append(problem)

    def explain(self, since: int, notes: tuple[Note, ...]) -> None:
        """Add notes to the problems from that number on."""
        for index in range(since, len(self.problems)):
            problem = self.problems[index]
            self.problems[index] = replace(problem, notes=(*problem.notes, *notes))

    def near(self, word: str, candidates: Collection[str]) -> str | None:
        """What was probably meant by a word; None once that has taken too much time."""
        self._comparisons -= len(candidates)
        return nearest(word, candidates) if self._comparisons >= 0 else None

    def error(
        self,
        rule: str,
        message: str,
        span: Span | None,
        *,
        expected: str | None = None,
        suggestion: str | None = None,
        notes: tuple[Note, ...] = (),
        level: Level = Level.ERROR,
        fix: tuple[Edit, ...] = (),
    ) -> None:
        """Report a breach of `rule` at a place, unless it may follow from another one."""
        self.follow(
            Problem(rule, message, span, level, expected, suggestion, notes, fix)
        )
