"""Characters that may stand nowhere, or not outside of texts and comments."""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics.model import Problem, Source, Span
from ..diagnostics.visible import FORBIDDEN, described
from .tokens import Token

__all__ = ["QUOTES", "forbidden_characters", "stray_character"]

#: Quotes that are not the language's.
QUOTES = "'`\u2018\u2019\u201c\u201d\u00ab\u00bb"

#: Signs that are typed or pasted for others.
_MEANT = {
    "\u2018": '"',
    "\u2019": '"',
    "\u201c": '"',
    "\u201d": '"',
    "\u00ab": '"',
    "\u00bb": '"',
    "'": '"',
    "`": '"',
    "\u00d7": "*",
    "\u2212": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u00f7": "/",
    "\u2192": "->",
    "\u21d2": "->",
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2260": "!=",
    "\u2026": "..",
    "\uff08": "(",
    "\uff09": ")",
    "\uff0c": ",",
    "\uff1a": ":",
    "\uff1d": "=",
    "\u00a0": "a plain space",
    "\u3000": "a plain space",
}
_NO_OPERATOR = {
    "&": "two conditions, as one if inside another",
    "|": "-> to join layers",
    "!": "not, or !=",
    "^": "** for a power",
    "@": None,
    "$": None,
    "?": None,
    "\\": "a line goes on inside ( ), or with -> at the beginning of the next",
    "~": None,
    ".": "0. before a fraction, or .. between the ends of a range",
}


def forbidden_characters(source: Source) -> Iterator[Problem]:
    """A problem for each character that may stand nowhere.

    A byte order mark is let through as the first character.
    """
    text, line, line_start = source.text, 1, 0
    before = 0
    for match in FORBIDDEN.finditer(text, 1 if text.startswith("\ufeff") else 0):
        at = match.start()
        line += text.count("\n", before, at)
        line_start = text.rfind("\n", 0, at) + 1
        before = at
        column = at - line_start + 1
        span = Span(source, at, at + 1, line, column, line, column + 1)
        yield Problem(
            "bad-character",
            f"the character {described(match[0])} may stand nowhere in a spec",
            span,
            expected="no control characters and none that change how text is shown",
        )


def stray_character(token: Token) -> tuple[Problem | None, Token | None]:
    """A character that begins no word or sign; other quotes are read as the right ones."""
    text = token.text
    if FORBIDDEN.search(text):
        return None, None
    if len(text) > 1 and text[0] in QUOTES and text[-1] in QUOTES:
        return _other_quotes(token)
    character = text[0]
    problem = Problem(
        "bad-character",
        f"{described(character)} is no part of the language",
        _first(token).span,
        expected=_NO_OPERATOR.get(character) or "words, numbers and signs in ASCII",
        suggestion=_MEANT.get(character),
    )
    return problem, None


def _other_quotes(token: Token) -> tuple[Problem, Token]:
    place = (token.start, token.end, token.line, token.column, token.source)
    mended = Token("STRING", f'"{token.text[1:-1]}"', *place)
    message = f"a text does not stand in {token.text[0]} {token.text[-1]}"
    suggestion = mended.text if len(mended.text) <= 80 else None
    return Problem(
        "bad-character", message, token.span, expected='" "', suggestion=suggestion
    ), mended


def _first(token: Token) -> Token:
    """The first character of a token."""
    end = token.start + 1
    return Token(
        "BAD", token.text[0], token.start, end, token.line, token.column, token.source
    )
