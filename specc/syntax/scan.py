"""From a source text to tokens, with the problems of single characters and tokens.

One regular expression, made of the grammar's terminals, reads the text once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from ..diagnostics.model import Problem, Source
from . import lexical
from .characters import QUOTES
from .grammar import patterns
from .limits import MAX_PROBLEMS, MAX_TOKENS
from .tokens import Token

__all__ = ["Scanned", "scan"]

#: Terminals in the order in which they are tried.
_ORDER = (
    "CONTINUATION",
    "NEWLINE",
    "BLANK",
    "COMMENT",
    "DOTTED",
    "WORD",
    "NUMBER",
    "STRING",
    "PERCENT",
    "MODULO",
    "ARROW",
    "DOTS",
    "FLOOR",
    "POWER",
    "COMPARE",
    "EQUAL",
    "PLUS",
    "MINUS",
    "STAR",
    "SLASH",
    "COLON",
    "COMMA",
    "SEMICOLON",
    "LPAR",
    "RPAR",
    "LSQB",
    "RSQB",
    "LBRACE",
    "RBRACE",
)

#: Read more widely than the grammar does, so that what is nearly right is one token.
_WIDE = {
    "NUMBER": r"\.?[0-9](?:[0-9A-Za-z_]|\.(?!\.)|(?<=[0-9][eE])[+-])*",
    "STRING": r'"(?:[^"\\\r\n]|\\[^\r\n])*(?:"|\\?)',
    "BAD": rf"[{QUOTES}][^{QUOTES}\"\r\n]*[{QUOTES}]|&+|\|+|[^\x00-\x7f]+|[\s\S]",
}
_NEWLINES = frozenset({"NEWLINE", "CONTINUATION"})
_STATEMENT_BEGINS_AFTER = frozenset({"NEWLINE", "SEMICOLON", "LBRACE"})


@dataclass
class Scanned:
    """Tokens in order, ended by one of type ``$END``; comments; problems."""

    tokens: list[Token] = field(default_factory=list[Token])
    comments: list[Token] = field(default_factory=list[Token])
    problems: list[Problem] = field(default_factory=list[Problem])


@cache
def _reader() -> re.Pattern[str]:
    known = {**patterns(), **_WIDE}
    return re.compile(
        "|".join(f"(?P<{name}>{known[name]})" for name in (*_ORDER, "BAD"))
    )


@cache
def _slug() -> re.Pattern[str]:
    """What follows the word ``allow``: a bracket and the slug of a rule."""
    return re.compile(rf"[ \t]*(\()[ \t]*({patterns()['SLUG']})")


def scan(source: Source) -> Scanned:
    """Split a text into tokens; a byte order mark at its beginning is left out."""
    return _Scan(source).run()


class _Scan:
    """The state of reading one text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found = Scanned()
        self.line = 1
        self.line_start = 0

    def run(self) -> Scanned:
        at: int | None = 1 if self.source.text.startswith("\ufeff") else 0
        while at is not None:
            at = self._read_from(at)
        self.found.tokens.append(self._token("$END", "", len(self.source.text)))
        return self.found

    def _token(self, type: str, text: str, start: int) -> Token:
        column, end = start - self.line_start + 1, start + len(text)
        return Token(type, text, start, end, self.line, column, self.source)

    def _read_from(self, at: int) -> int | None:
        """Read tokens from an offset; the offset to go on from, where it must jump."""
        add, make = self.found.tokens.append, self._token
        for match in _reader().finditer(self.source.text, at):
            kind = match.lastgroup
            if kind == "BLANK":
                continue
            text = match[0]
            token = make(kind or "BAD", text, match.start())
            if kind in _NEWLINES:
                self._newline(token)
            elif kind == "COMMENT":
                self._comments(token)
            elif kind in lexical.UNUSUAL and lexical.UNUSUAL[kind](text):
                jump = self._unusual(token)
                if jump is not None:
                    return jump
            else:
                add(token)
                if len(self.found.tokens) > MAX_TOKENS:
                    break
        return None

    def _newline(self, token: Token) -> None:
        if token.type == "NEWLINE":
            self.found.tokens.append(token)
        if "#" in token.text:
            self._comments(token)
        self.line += token.text.count("\n")
        self.line_start = token.start + token.text.rindex("\n") + 1

    def _comments(self, token: Token) -> None:
        """The comments that a newline took along."""
        line, column, start = token.line, token.column, token.start
        for text in token.text.split("\n"):
            skipped = len(text) - len(text.lstrip(" \t"))
            body = text.strip(" \t\r")
            if body:
                at = start + skipped
                place = (at, at + len(body), line, column + skipped)
                self.found.comments.append(Token("COMMENT", body, *place, self.source))
            line, column, start = line + 1, 1, start + len(text) + 1

    def _unusual(self, token: Token) -> int | None:
        """Take in a token that wants a look; where to go on, if not right after it."""
        if token.type == "WORD" and token.text == "allow":
            return self._allow(token)
        problem, mended = lexical.inspect(token)
        if problem is not None and len(self.found.problems) <= MAX_PROBLEMS:
            self.found.problems.append(problem)
        if mended is None:
            return None
        self.found.tokens.append(mended)
        return mended.end if mended.end < token.end else None

    def _allow(self, token: Token) -> int | None:
        """``allow(some-rule``: the hyphens of a slug are no minus signs."""
        tokens = self.found.tokens
        begins = not tokens or tokens[-1].type in _STATEMENT_BEGINS_AFTER
        tokens.append(token)
        match = _slug().match(self.source.text, token.end)
        if not begins or match is None:
            return None
        tokens.append(self._token("LPAR", match[1], match.start(1)))
        tokens.append(self._token("SLUG", match[2], match.start(2)))
        return match.end()
