"""Mechanical corrections applied: the texts of a spec after the fixes of its warnings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .check.checked import Checked, Settings
from .diagnostics.model import Edit, Level, Problem, Source, failed
from .pipeline import check_source

__all__ = ["Mended", "mend"]

#: A correction may make room for another; none takes more rounds than this.
ROUNDS = 100


@dataclass(frozen=True)
class Mended:
    """A spec after its corrections: its new text, the problems mended, those that are left."""

    source: Source
    mended: tuple[Problem, ...] = ()
    left: tuple[Problem, ...] = field(default=())


def mend(source: Source, settings: Settings | None = None) -> Mended:
    """Apply the mechanical corrections of the warnings of a spec.

    Errors and notes are left as they are, and so are the files that it imports. A
    correction after which the spec had errors is not made.

    Args:
        source: the spec.
        settings: how it is checked; as if it were not strict.
    """
    settings = replace(settings or Settings(), strict=False)
    checked, done, refused = check_source(source, settings), list[Problem](), set[str]()
    for _ in range(ROUNDS):
        chosen = _chosen(checked, refused)
        if not chosen:
            break
        # All at once; where that brings an error about, one after another.
        for some in (chosen, *([problem] for problem in chosen)):
            edits = [edit for problem in some for edit in problem.fix]
            again = check_source(_applied(checked.source, edits), settings)
            if not failed(again.problems):
                checked, done = again, [*done, *some]
                break
            if len(some) == 1:
                refused.add(some[0].message)
    return Mended(checked.source, tuple(done), checked.problems)


def _chosen(checked: Checked, refused: set[str]) -> list[Problem]:
    """The warnings to mend together: their corrections do not meet."""
    if checked.failed:
        return []
    found: list[Problem] = []
    taken: list[Edit] = []
    for problem in checked.problems:
        own = all(edit.span.source is checked.source for edit in problem.fix)
        warns = problem.level is Level.WARNING and problem.message not in refused
        if not warns or not problem.fix or not own:
            continue
        if not any(_meet(edit, other) for edit in problem.fix for other in taken):
            found.append(problem)
            taken += problem.fix
    return found


def _meet(one: Edit, other: Edit) -> bool:
    first, second = sorted((one.span, other.span), key=lambda s: (s.start, s.end))
    return second.start <= first.end


def _applied(source: Source, edits: list[Edit]) -> Source:
    text = source.text
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return Source(source.name, text)
