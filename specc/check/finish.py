"""The last look at problems: each once, what is allowed left out, in the text's order."""

from __future__ import annotations

from dataclasses import replace

from ..diagnostics.model import Level, Problem, failed
from .allow import Scope, silence
from .checked import Settings

__all__ = ["finish"]


def finish(
    problems: list[Problem], scopes: list[list[Scope]], settings: Settings
) -> tuple[Problem, ...]:
    """The problems of a file as they are shown.

    Args:
        problems: as they were found; one place may have been looked at several times.
        scopes: the blocks of each file with their ``allow`` statements.
        settings: how they were looked for; strict makes warnings errors.
    """
    once: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        once.setdefault(_key(problem), problem)
    found = list(once.values())
    kept, idle = found, settings.lints and not failed(found)
    for blocks in scopes:
        kept = silence(kept, blocks, idle)
    if settings.strict:
        kept = [
            replace(problem, level=Level.ERROR)
            if problem.level is Level.WARNING
            else problem
            for problem in kept
        ]
    return tuple(sorted(kept, key=_position))


def _key(problem: Problem) -> tuple[object, ...]:
    span = problem.span
    place = (span.source.name, span.start, span.end) if span else None
    return problem.rule, problem.message, place


def _position(problem: Problem) -> tuple[bool, str, int, int]:
    span = problem.span
    if span is None:
        return False, "", 0, 0
    return True, span.source.name, span.start, span.end
