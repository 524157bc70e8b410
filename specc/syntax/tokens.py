"""Tokens: the words, numbers and signs of a source text, each with its place."""

from __future__ import annotations

from ..diagnostics.model import Source, Span

__all__ = ["CLOSERS", "OPENERS", "Token", "span_of"]

#: Opening brackets, by type, and what closes them.
OPENERS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
CLOSERS = {closer: opener for opener, closer in OPENERS.items()}


class Token:
    """One token; `type` is the name of a terminal of the grammar.

    `line` and `column` count from 1; `start` and `end` are offsets in the text.
    """

    __slots__ = ("column", "end", "line", "source", "start", "text", "type")

    def __init__(
        self,
        type: str,
        text: str,
        start: int,
        end: int,
        line: int,
        column: int,
        source: Source,
    ) -> None:
        self.type = type
        self.text = text
        self.start = start
        self.end = end
        self.line = line
        self.column = column
        self.source = source

    def __repr__(self) -> str:
        return f"{self.type}({self.text!r})"

    @property
    def span(self) -> Span:
        """Its place."""
        return span_of(self, self)

    def after(self, type: str, text: str = "") -> Token:
        """A token without width at the end of this one."""
        column = self.column + self.end - self.start
        return Token(type, text, self.end, self.end, self.line, column, self.source)


def span_of(first: Token, last: Token) -> Span:
    """The stretch from one token to another; no token but a newline spans lines."""
    return Span(
        first.source,
        first.start,
        last.end,
        first.line,
        first.column,
        last.line,
        last.column + last.end - last.start,
    )
