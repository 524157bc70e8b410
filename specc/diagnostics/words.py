"""The words around parts of a problem."""

from __future__ import annotations

import re

from .model import Problem

__all__ = ["sentence", "suggested"]

#: A suggestion that is a single word or sign of a spec.
_SINGLE = re.compile(r"\S+")


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
