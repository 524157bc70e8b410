"""Places in a text as editors count them, and as the compiler does.

Editors count lines from 0 and, within a line, units of UTF-16 (or of UTF-8 or UTF-32,
where both sides agreed on it); the compiler counts characters from the beginning.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Literal

from lsprotocol import types

from ..diagnostics.model import Span

__all__ = ["Encoding", "Lines"]

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_END = re.compile(r"\r\n|\n|\r")


class Lines:
    """The lines of a text, to translate between offsets and positions."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self.encoding = encoding
        self._starts = [0]
        self._ends: list[int] = []
        for match in _END.finditer(text):
            self._ends.append(match.start())
            self._starts.append(match.end())
        self._ends.append(len(text))
        self._plain = encoding == "utf-32" or text.isascii()

    def position(self, offset: int) -> types.Position:
        """The position of an offset; one behind the text is its end."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, offset) - 1
        start = self._starts[line]
        return types.Position(line, self._units(self.text[start:offset]))

    def offset(self, position: types.Position) -> int:
        """The offset of a position; one behind the end of a line is that end."""
        if position.line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[position.line], self._ends[position.line]
        if self._plain:
            return min(start + position.character, end)
        left = position.character
        for at in range(start, end):
            left -= self._units(self.text[at])
            if left < 0:
                return at
        return end

    def range(self, start: int, end: int) -> types.Range:
        """The range from an offset to another."""
        return types.Range(self.position(start), self.position(end))

    def of(self, span: Span | None) -> types.Range:
        """The range of a span; the beginning of the text for none."""
        return self.range(0, 0) if span is None else self.range(span.start, span.end)

    def whole(self) -> types.Range:
        """The range of the whole text."""
        return self.range(0, len(self.text))

    def _units(self, text: str) -> int:
        if self._plain:
            return len(text)
        if self.encoding == "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(character > "\uffff" for character in text)
