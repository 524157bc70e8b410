"""What slips look at: the tokens around the one that was not expected."""

from __future__ import annotations

from ..diagnostics.model import Edit, Problem, Span
from .feed import Unexpected
from .tokens import CLOSERS, OPENERS, Token

__all__ = [
    "BEGINS",
    "ENDS",
    "in_brackets",
    "kind_of",
    "shown",
    "token_at",
    "token_before",
    "wrong",
]

#: Tokens with which a value can begin, or end.
BEGINS = frozenset({"WORD", "DOTTED", "NUMBER", "STRING"})
ENDS = frozenset({"WORD", "DOTTED", "NUMBER", "STRING", "RPAR", "RSQB", "PERCENT"})


def token_at(unexpected: Unexpected, offset: int) -> Token | None:
    """A token near the one that was not expected, within the text."""
    index = unexpected.index + offset
    return unexpected.tokens[index] if 0 <= index < len(unexpected.tokens) else None


def token_before(unexpected: Unexpected, offset: int = 1) -> Token | None:
    """A token before it, within its statement."""
    index = unexpected.index - offset
    return unexpected.tokens[index] if index >= unexpected.start else None


def kind_of(token: Token | None) -> str:
    """The type of a token; empty where there is none."""
    return "" if token is None else token.type


def wrong(
    message: str,
    span: Span,
    expected: str | None = None,
    suggestion: str | None = None,
    instead: Span | None = None,
) -> Problem:
    """A problem of the order of words and signs.

    `instead` is what the suggestion replaces, where that is more than the span.
    """
    fix: tuple[Edit, ...] = ()
    if instead is not None and suggestion is not None:
        fix = (Edit(instead, suggestion),)
    return Problem(
        "syntax", message, span, expected=expected, suggestion=suggestion, fix=fix
    )


def in_brackets(unexpected: Unexpected) -> bool:
    """Whether the token is inside ( ) or [ ] of its statement."""
    depth = 0
    for token in unexpected.tokens[unexpected.start : unexpected.index]:
        depth += (token.type in OPENERS) - (token.type in CLOSERS)
    return depth > 0


def shown(token: Token) -> str:
    """What a message calls a token."""
    return "the text in quotes" if token.type == "STRING" else token.text
