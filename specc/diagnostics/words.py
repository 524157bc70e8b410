"""The words around parts of a problem."""

from __future__ import annotations

import re

from .model import Problem

__all__ = ["install", "sentence", "suggested"]

#: A suggestion that is a single word or sign of a spec.
_SINGLE = re.compile(r"\S+")


def install(extra: str) -> str:
    """The command that installs an extra of specc, which is on no package index."""
    return f'pip install -c requirements.lock ".[{extra}]" (in the folder of specc)'


def suggested(suggestion: str) -> str:
    """A suggestion as a line of its own."""
    if _SINGLE.fullmatch(suggestion):
        return f"did you mean {suggestion}?"
    return f"try: {suggestion}"


def sentence(problem: Problem) -> str:
    """All that a problem says, for output that has no place for its parts."""
    parts = [problem.message]
    if problem.expected:
        parts.append(f"expected {problem.expected}")
    if problem.suggestion:
        parts.append(suggested(problem.suggestion))
    return "; ".join(parts)
