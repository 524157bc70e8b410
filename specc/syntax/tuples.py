"""Tuples of other languages, ``(3, 3)``, where a list could stand: ``[3, 3]``."""

from __future__ import annotations

from ..diagnostics.model import Problem
from .feed import Unexpected
from .tokens import CLOSERS, OPENERS, Token, span_of

__all__ = ["read_as_lists", "tuple_problems", "tuples"]

#: Tokens after which a value stands, and no list of arguments.
_BEFORE = frozenset({"LPAR", "LSQB", "COMMA", "EQUAL", "COMPARE"})

Pair = tuple[int, int]


def tuples(unexpected: Unexpected) -> list[Pair]:
    """The brackets of the tuples of a statement, if its fault is the comma of one.

    A tuple has a comma, and neither a name before it nor names for its values.
    """
    if unexpected.token.type != "COMMA" or "RPAR" not in unexpected.accepted:
        return []
    tokens = unexpected.tokens
    opened: list[tuple[int, set[str]]] = []
    found: list[Pair] = []
    for index in range(unexpected.start, unexpected.stop):
        kind = tokens[index].type
        if kind in OPENERS:
            opened.append((index, set()))
        elif kind in CLOSERS and opened:
            first, inside = opened.pop()
            values = "COMMA" in inside and "EQUAL" not in inside
            before = tokens[first - 1].type if first > unexpected.start else ""
            if kind == "RPAR" and values and before in _BEFORE:
                found.append((first, index))
        elif opened:
            opened[-1][1].add(kind)
    wrong = any(first < unexpected.index < last for first, last in found)
    return sorted(found) if wrong else []


def tuple_problems(tokens: list[Token], pairs: list[Pair]) -> list[Problem]:
    """A problem for each tuple that is inside of no other."""
    found: list[Problem] = []
    end = -1
    for first, last in pairs:
        if first > end:
            end = last
            span = span_of(tokens[first], tokens[last])
            fix = _text(tokens, first, last, pairs)
            message = "a list stands in [ ], not in ( )"
            found.append(Problem("syntax", message, span, suggestion=fix))
    return found


def read_as_lists(tokens: list[Token], pairs: list[Pair]) -> None:
    """Turn the brackets of tuples into those of lists."""
    for first, last in pairs:
        tokens[first].type, tokens[last].type = "LSQB", "RSQB"


def _text(tokens: list[Token], first: int, last: int, pairs: list[Pair]) -> str:
    """A tuple as the list that it should be, on one line."""
    signs = {at: sign for pair in pairs for at, sign in zip(pair, "[]", strict=True)}
    parts: list[str] = []
    for index in range(first, last + 1):
        token, before = tokens[index], tokens[index - 1]
        ends = token.type == "COMMA" and signs.get(index + 1) == "]"
        if token.type == "NEWLINE" or ends:
            continue
        apart = index > first and before.end < token.start
        inner = before.type not in OPENERS and token.type not in CLOSERS
        parts.append(" " if apart and inner else "")
        parts.append(signs.get(index, token.text))
    return "".join(parts)
