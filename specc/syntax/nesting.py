"""How deep a text is nested.

Trees are walked by functions that call themselves, so their depth is limited before one
is built: levels of brackets and of ``else if``, and operators that apply to the results
of others.
"""

from __future__ import annotations

from ..diagnostics.model import Problem
from .limits import MAX_NESTING, MAX_OPERATORS
from .tokens import CLOSERS, OPENERS, Token

__all__ = ["too_deep"]

_OPERATORS = frozenset(
    {"PLUS", "MINUS", "STAR", "SLASH", "FLOOR", "MODULO", "POWER", "COMPARE"}
)
_ENDS = frozenset({"NEWLINE", "SEMICOLON", "COMMA", "EQUAL"})
_COUNTED = _OPERATORS | _ENDS | OPENERS.keys() | CLOSERS.keys() | {"WORD"}


class _Depth:
    """Levels of what is open, and what their sums are."""

    def __init__(self) -> None:
        #: For each bracket that is open: the operators and the branches inside it.
        self.levels = [[0, 0]]
        self.operators = 0
        self.branches = 0

    def count(self, token: Token, previous: Token | None) -> None:
        kind = token.type
        if previous is not None and previous.type == "RBRACE":
            self._after_brace(token.text == "else")
        if kind in OPENERS:
            self.levels.append([0, 0])
        elif kind in CLOSERS:
            self._close()
        elif kind in _ENDS:
            self._end_expression()
        elif kind in _OPERATORS or token.text == "not":
            self.levels[-1][0] += 1
            self.operators += 1

    def _close(self) -> None:
        if len(self.levels) > 1:
            operators, branches = self.levels.pop()
            self.operators -= operators
            self.branches -= branches

    def _end_expression(self) -> None:
        self.operators -= self.levels[-1][0]
        self.levels[-1][0] = 0

    def _after_brace(self, another: bool) -> None:
        self._end_expression()
        change = 1 if another else -self.levels[-1][1]
        self.levels[-1][1] += change
        self.branches += change


def too_deep(tokens: list[Token]) -> Problem | None:
    """The place where a limit is passed, if there is one."""
    depth = _Depth()
    previous: Token | None = None
    for token in tokens:
        if token.type in _COUNTED:
            depth.count(token, previous)
            if len(depth.levels) - 1 + depth.branches > MAX_NESTING:
                return _problem(token, "brackets and branches", MAX_NESTING)
            if depth.operators > MAX_OPERATORS:
                return _problem(token, "operators", MAX_OPERATORS)
        previous = token
    return None


def _problem(token: Token, what: str, limit: int) -> Problem:
    return Problem(
        "too-deep",
        f"more than {limit} {what} within one another",
        token.span,
        expected=f"at most {limit}",
    )
