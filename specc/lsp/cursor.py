"""Where a cursor stands: the brackets around it and the words before it.

Made from the words and signs of the text alone, so that it works in a text that does
not parse, which is what a text is while one types.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..syntax.scan import Scanned
from ..syntax.tokens import CLOSERS, OPENERS, Token

__all__ = ["Cursor", "Frame", "locate"]

_WORDS = frozenset({"WORD", "DOTTED", "SLUG"})
#: After these a brace begins no body.
_BEFORE_VALUE = frozenset({"LPAR", "LSQB", "COMMA", "EQUAL", "COLON"})


@dataclass
class Frame:
    """An open bracket, or the file.

    Attributes:
        opener: the bracket; None for the file.
        head: what stands before it in its statement or argument.
        tokens: what stands before the cursor in the current statement or argument.
        parts: the arguments before that.
        indent: the column in which the line of the bracket begins.
    """

    opener: Token | None = None
    head: list[Token] = field(default_factory=list[Token])
    tokens: list[Token] = field(default_factory=list[Token])
    parts: list[list[Token]] = field(default_factory=list[list[Token]])
    indent: int = 0

    @property
    def type(self) -> str:
        """The bracket's type; that of a body for the file."""
        return self.opener.type if self.opener else "LBRACE"

    @property
    def round(self) -> bool:
        """Whether it is ( or [."""
        return self.type != "LBRACE"

    def words(self) -> list[str]:
        """The texts before the cursor."""
        return [token.text for token in self.tokens]


@dataclass
class Cursor:
    """A cursor's surroundings.

    `frames` are from the outermost inwards; `start` and `end` are the offsets of the
    word that is being typed, `prefix` what of it stands before the cursor. `inside` says
    whether it is in a comment or in a text.
    """

    frames: list[Frame]
    start: int
    end: int
    prefix: str = ""
    inside: str | None = None

    @property
    def top(self) -> Frame:
        """The innermost bracket."""
        return self.frames[-1]

    def bodies(self) -> list[Frame]:
        """The frames of bodies, from the file inwards."""
        return [frame for frame in self.frames if not frame.round]


def locate(scanned: Scanned, offset: int) -> Cursor:
    """Where an offset is."""
    before = [t for t in scanned.tokens if t.start < offset and t.type != "$END"]
    start = end = offset
    prefix, inside = "", None
    last = next((t for t in reversed(before) if t.type != "NEWLINE"), None)
    if last is not None and last.end >= offset and last.start < offset:
        if last.type in _WORDS:
            start, end = last.start, last.end
            prefix = last.text[: offset - start]
            before.remove(last)
        elif last.type == "STRING" and (last.end > offset or not _closed(last)):
            start, end = last.start + 1, max(last.end - _closed(last), offset)
            prefix, inside = last.text[1 : offset - last.start], "string"
            before.remove(last)
    if any(t.start < offset <= t.end for t in scanned.comments):
        inside = "comment"
    frames = _Frames(_paired(scanned.tokens)).read(before, _column(scanned, start))
    return Cursor(frames, start, end, prefix, inside)


def _closed(text: Token) -> bool:
    return len(text.text) > 1 and text.text.endswith('"')


def _paired(tokens: list[Token]) -> bool:
    """Whether all brackets of a text have their partner."""
    opened: list[str] = []
    for token in tokens:
        if token.type in OPENERS:
            opened.append(token.type)
        elif token.type in CLOSERS and (
            not opened or opened.pop() != CLOSERS[token.type]
        ):
            return False
    return not opened


def _column(scanned: Scanned, offset: int) -> tuple[int, int]:
    """Line and column of an offset."""
    text = scanned.tokens[0].source.text if scanned.tokens else ""
    start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - start + 1


class _Frames:
    """The open brackets; where they do not pair, lines show by their indentation which
    of them are meant to be closed.
    """

    def __init__(self, paired: bool) -> None:
        self.paired = paired
        self.frames = [Frame()]
        self.indent = 1

    def read(self, tokens: list[Token], cursor: tuple[int, int]) -> list[Frame]:
        """Take in the tokens before a cursor, then the line that it begins."""
        line = 0
        for token in tokens:
            if token.type == "NEWLINE":
                self._end()
                continue
            if token.line != line:
                line, self.indent = token.line, token.column
                self._begin(token.column, token.type)
            self._take(token)
        if cursor[0] != line:
            self._begin(cursor[1], "")
        return self.frames

    @property
    def top(self) -> Frame:
        return self.frames[-1]

    def _end(self) -> None:
        """A statement ends, unless it goes on inside brackets."""
        if not self.top.round:
            self.top.tokens = []

    def _begin(self, column: int, type: str) -> None:
        """A line begins; what it is not indented behind was meant to be closed."""
        if self.paired:
            return
        while self.top.round and column <= self.top.indent and type not in CLOSERS:
            self.frames.pop()
            if not self.top.round:
                self.top.tokens = []
        if type not in ("", "RBRACE", "ARROW"):
            while len(self.frames) > 1 and column <= self.top.indent:
                self.frames.pop()
                self.top.tokens = []

    def _take(self, token: Token) -> None:
        kind = token.type
        if kind == "LBRACE":
            self._body(token)
        elif kind in OPENERS:
            frame = Frame(token, list(self.top.tokens), indent=self.indent)
            self.top.tokens.append(token)
            self.frames.append(frame)
        elif kind == "RBRACE":
            self._unround()
            if len(self.frames) > 1:
                self.frames.pop()
            self.top.tokens = [token]
        elif kind in CLOSERS:
            if self.top.round:
                self.frames.pop()
            self.top.tokens.append(token)
        elif kind == "COMMA" and self.top.round:
            self.top.parts.append(self.top.tokens)
            self.top.tokens = []
        elif kind == "SEMICOLON":
            self._unround()
            self.top.tokens = []
        else:
            self.top.tokens.append(token)

    def _body(self, token: Token) -> None:
        if not (self.top.tokens and self.top.tokens[-1].type in _BEFORE_VALUE):
            self._unround()
        head = [t for t in self.top.tokens if t.type != "RBRACE"]
        self.top.tokens.append(token)
        self.frames.append(Frame(token, head, indent=self.indent))

    def _unround(self) -> None:
        while self.top.round:
            self.frames.pop()
