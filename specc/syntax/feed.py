"""Feeding tokens to the parser, and going on after an error at the next statement."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from lark.exceptions import UnexpectedToken

from .grammar import parser, patterns
from .tokens import CLOSERS, OPENERS, Token

__all__ = ["Unexpected", "feed"]

#: Tokens after which a statement may begin, or a block be over.
_BOUNDARIES = frozenset({"NEWLINE", "SEMICOLON", "LBRACE", "RBRACE"})
_STOPS = _BOUNDARIES | {"$END"}


class Unexpected:
    """A token that the grammar cannot take where it stands.

    `index` is its place among `tokens`, `start` that of the first token of its statement
    and `stop` that of the boundary at which reading goes on; `accepted` are the types of
    token that could have stood there.
    """

    def __init__(
        self,
        tokens: list[Token],
        index: int,
        start: int,
        stop: int,
        accepted: frozenset[str],
    ) -> None:
        self.tokens = tokens
        self.index = index
        self.start = start
        self.stop = stop
        self.accepted = accepted

    @property
    def token(self) -> Token:
        """The token itself."""
        return self.tokens[self.index]

    @property
    def statement(self) -> list[Token]:
        """The tokens of its statement, up to the boundary."""
        return self.tokens[self.start : self.stop]


def feed(tokens: list[Token], report: Callable[[Unexpected], bool | None]) -> Any:
    """The value of all tokens; statements with errors are reported and left out.

    `report` says whether to go on, or None where it has mended the tokens of the
    statement, which is then read again. Brackets must pair, and the last token be ``$END``.
    """
    return _Feed(tokens, report).run()


@cache
def _keywords() -> dict[str, tuple[str, re.Pattern[str]]]:
    """For each keyword its terminal, and the expression that says when it is one."""
    found: dict[str, tuple[str, re.Pattern[str]]] = {}
    for name, pattern in patterns().items():
        if name.isalpha() and (match := re.match(r"[a-z]+", pattern)):
            found[match[0]] = (name, re.compile(pattern))
    return found


def _is(tokens: list[Token], kind: str) -> bool:
    return bool(tokens) and tokens[0].type == kind


class _State(Protocol):
    """What is used of the state of Lark's parser."""

    state_stack: list[int]
    value_stack: list[Any]

    def feed_token(self, token: Any, is_end: bool = False) -> Any: ...


class _Feed:
    """One parse. The last boundary is where it can go back to."""

    def __init__(
        self, tokens: list[Token], report: Callable[[Unexpected], bool | None]
    ) -> None:
        self.tokens = tokens
        self.report = report
        self.parser: Any = parser().parse_interactive()  # pyright: ignore
        self.state: _State = self.parser.parser_state
        self.start = 0
        self.kept: tuple[list[Any], list[Any]] = ([], [])

    def run(self) -> Any:
        tokens, state = self.tokens, self.state
        rows: dict[int, dict[str, Any]] = self.parser.parser_state.parse_conf.states
        keywords = _keywords()
        text = tokens[-1].source.text
        value: Any = None
        index, count = 0, len(tokens)
        self._mark(0)
        while index < count:
            token = tokens[index]
            if token.type == "WORD" and token.text in keywords:
                name, pattern = keywords[token.text]
                here = rows[state.state_stack[-1]]
                if name in here and pattern.match(text, token.start):
                    token.type = name
            try:
                value = state.feed_token(token, token.type == "$END")
            except UnexpectedToken:
                index = self._recover(index)
                continue
            index += 1
            if token.type in _BOUNDARIES:
                self._mark(index)
        return value

    def _mark(self, start: int) -> None:
        """Remember the state at a boundary."""
        self.start = start
        self.kept = (self.state.state_stack.copy(), self.state.value_stack.copy())

    def _go_back(self) -> None:
        states, values = self.kept
        self.state.state_stack[:] = states
        self.state.value_stack[:] = values

    # After an error -------------------------------------------------------------

    def _recover(self, index: int) -> int:
        """Report an error and leave the statement out, or mended; where to go on."""
        stop = self._stop(index)
        self._go_back()
        for token in self.tokens[self.start : index]:
            self.state.feed_token(token)
        accepted: frozenset[str] = frozenset(self.parser.accepts())
        goes_on = self.report(
            Unexpected(self.tokens, index, self.start, stop, accepted)
        )
        if goes_on is False:
            return len(self.tokens)
        self._go_back()
        if goes_on is None:
            return self.start
        if self.tokens[stop].type == "LBRACE":
            self._stand_in_head(stop)
            return stop + 1
        return stop

    def _stop(self, index: int) -> int:
        """The first boundary from `index` on that is not inside brackets."""
        depth = 0
        for at in range(self.start, len(self.tokens)):
            kind = self.tokens[at].type
            if depth == 0 and at >= index and kind in _STOPS:
                # A brace at the beginning of a line still begins the body.
                following = self.tokens[at + 1 : at + 2]
                return at + (kind == "NEWLINE" and _is(following, "LBRACE"))
            if kind in OPENERS:
                depth += 1
            elif kind in CLOSERS:
                depth -= 1
        return len(self.tokens) - 1

    def _stand_in_head(self, brace: int) -> None:
        """Feed a head that any block has, so that the body after it is read."""
        first, token = self.tokens[self.start], self.tokens[brace]
        words = [word.text for word in self.tokens[self.start : self.start + 2]]
        if self.start > 0 and self.tokens[self.start - 1].type == "RBRACE":
            self._feed("NEWLINE", token)
        # After the body of an if, else may follow.
        branch = words[:1] == ["if"] or words == ["else", "if"]
        if branch:
            self._feed("IF", first)
            self._feed("TRUE", first)
        else:
            self._feed("WORD", first)
            if (name := self._name(brace)) is not None:
                self._feed("WORD", name)
        self._feed("LBRACE", token)
        self._mark(brace + 1)

    def _name(self, brace: int) -> Token | None:
        """The first word after that of a head: ``model M: {``, ``model: M {``."""
        for token in self.tokens[self.start + 1 : brace]:
            if token.type in OPENERS:
                return None
            if token.type == "WORD":
                return token
        return None

    def _feed(self, kind: str, like: Token) -> None:
        place = (like.start, like.end, like.line, like.column, like.source)
        self.state.feed_token(Token(kind, like.text, *place))
