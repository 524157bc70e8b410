"""Brackets: newlines inside ( ) and [ ] dropped, pairs made whole, nesting limited.

This comes before the parser, so that a missing bracket is reported where it is missing,
and the parser never sees one without its pair.
"""

from __future__ import annotations

from ..diagnostics.model import Problem
from .nesting import too_deep
from .tokens import OPENERS, Token

__all__ = ["balance"]

_CLOSING = frozenset(OPENERS.values())


def balance(tokens: list[Token]) -> tuple[list[Token] | None, list[Problem]]:
    """The tokens for the parser, and the problems of brackets.

    None where brackets or operators are nested too deep for anything to go on.
    """
    problems: list[Problem] = []
    kept = _paired(tokens)
    if kept is None:
        from .repair import repaired  # what only mistakes need is loaded for them

        tokens, problems = repaired(tokens)
        kept = _paired(tokens)
    if (problem := too_deep(tokens)) is not None:
        return None, [problem]
    return kept, problems


def _paired(tokens: list[Token]) -> list[Token] | None:
    """The tokens without newlines in ( ) and [ ]; None where brackets do not pair."""
    expected: list[str] = []
    kept: list[Token] = []
    for token in tokens:
        kind = token.type
        if kind == "NEWLINE":
            if expected and expected[-1] != "RBRACE":
                continue
        elif kind in OPENERS:
            expected.append(OPENERS[kind])
        elif kind in _CLOSING and (not expected or expected.pop() != kind):
            return None
        kept.append(token)
    return None if expected else kept
