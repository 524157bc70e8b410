"""What can be wrong with a single token or character, and how to say it."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isinf

from ..diagnostics.model import Problem, Span
from .characters import stray_character
from .limits import MAX_IDENTIFIER, MAX_NUMBER
from .tokens import Token

__all__ = ["UNUSUAL", "inspect"]

_NUMBER = re.compile(
    r"(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\.[0-9]+(?:_[0-9]+)*)?(?:[eE][+-]?[0-9]+)?"
)
_ESCAPES = re.compile(r"\\(.?)")

#: For each type of token, whether a text of it wants a closer look.
UNUSUAL: dict[str, Callable[[str], bool]] = {
    "WORD": lambda text: len(text) > MAX_IDENTIFIER or text == "allow",
    "DOTTED": lambda text: len(text) > MAX_IDENTIFIER,
    "NUMBER": lambda text: not text.isdigit() or len(text) > 15 or text[0] == "0",
    "STRING": lambda text: "\\" in text or len(text) < 2 or text[-1] != '"',
    "BAD": lambda text: True,
}


def inspect(token: Token) -> tuple[Problem | None, Token | None]:
    """What is wrong with a token, and the token to go on with, which may be shorter."""
    return _INSPECTORS[token.type](token)


Inspected = tuple[Problem | None, Token | None]


def _identifier(token: Token) -> Inspected:
    longest = max(map(len, token.text.split(".")))
    if longest <= MAX_IDENTIFIER:
        return None, token
    problem = Problem(
        "identifier-too-long",
        f"a name of {longest} letters",
        token.span,
        expected=f"at most {MAX_IDENTIFIER} letters, digits and _",
    )
    return problem, token


# Numbers ----------------------------------------------------------------------------


def _number(token: Token) -> Inspected:
    text = token.text
    if len(text) > MAX_NUMBER:
        return _bad_number(token, f"a number of {len(text)} digits", None)
    if not _NUMBER.fullmatch(text):
        return _bad_number(token, f"{text} is no number", _right_number(text))
    if not text.isdigit() and isinf(float(text.replace("_", ""))):
        return _bad_number(token, f"{text} is larger than any float64", None)
    return None, token


def _bad_number(token: Token, message: str, suggestion: str | None) -> Inspected:
    problem = Problem(
        "bad-number",
        message,
        token.span,
        expected="a number such as 300, 0.5, 1_000 or 1e-3",
        suggestion=suggestion,
    )
    return problem, Token(
        "NUMBER",
        "0",
        token.start,
        token.end,
        token.line,
        token.column,
        token.source,
    )


def _right_number(text: str) -> str | None:
    """What was probably meant."""
    if re.fullmatch(r"\.[0-9]+", text):
        return f"0{text}"
    if re.fullmatch(r"[0-9]+\.", text):
        return f"{text}0"
    if stripped := re.fullmatch(r"0+([0-9]+(?:\.[0-9]+)?)", text):
        return stripped[1]
    if sizes := re.fullmatch(r"([0-9]+)x([0-9]+)(?:x([0-9]+))?", text):
        return ", ".join(size for size in sizes.groups() if size)
    parts = re.fullmatch(r"([0-9.]*[0-9])_*([A-Za-z]+)", text)
    if parts and _NUMBER.fullmatch(parts[1]):
        return f"{parts[1]} {parts[2]}"
    squeezed = re.sub(r"_+", "_", text).strip("_")
    return squeezed if _NUMBER.fullmatch(squeezed) else None


# Texts ------------------------------------------------------------------------------


def _string(token: Token) -> Inspected:
    text = token.text
    if len(text) < 2 or not re.fullmatch(r'"(?:[^"\\]|\\.)*"', text):
        return _unclosed(token)
    for match in _ESCAPES.finditer(text):
        if match[1] not in ('"', "\\", "n", "t"):
            return _bad_escape(token, match), token
    return None, token


def _unclosed(token: Token) -> Inspected:
    """The quote probably belongs before the closing brackets at the end of the line."""
    text = token.text.rstrip(" \t)]},;{\\") or '"'
    end = token.start + len(text)
    short = Token(
        "STRING", f'{text}"', token.start, end, token.line, token.column, token.source
    )
    problem = Problem(
        "unclosed-string",
        "a text without its closing quote",
        short.span,
        expected='" at the end of the text, on the same line',
    )
    return problem, short


def _bad_escape(token: Token, match: re.Match[str]) -> Problem:
    found = f"\\{match[1]}"
    start = match.start()
    column = token.column + start
    span = Span(
        token.source,
        token.start + start,
        token.start + start + len(found),
        token.line,
        column,
        token.line,
        column + len(found),
    )
    return Problem(
        "bad-escape",
        f"{found} stands for no character" if found.isascii() else "no such escape",
        span,
        expected=r"\\, \", \n or \t",
        suggestion=f"\\{found}" if found.isascii() else None,
    )


_INSPECTORS: dict[str, Callable[[Token], Inspected]] = {
    "WORD": _identifier,
    "DOTTED": _identifier,
    "NUMBER": _number,
    "STRING": _string,
    "BAD": stray_character,
}
