"""A piece of a source text with a stretch of it underlined."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Span
from .visible import cells, visible

__all__ = ["Row", "excerpt"]

#: Lines of a stretch that are all shown; of longer ones only the first and the last.
_SHORT = 3
#: Columns that are left on either side of a marked part that is too long.
_BESIDE = 8


@dataclass(frozen=True)
class Row:
    """A line as it is shown, and where its underline begins and how long it is.

    `number` is None for the row that stands for lines left out.
    """

    number: int | None
    text: str = ""
    indent: int = 0
    length: int = 0


def excerpt(span: Span, width: int) -> list[Row]:
    """The lines of a stretch, each cut to about `width` columns around what matters."""
    lines = span.source.lines
    last = min(span.end_line, len(lines))
    numbers = list(range(min(span.line, last), last + 1))
    if len(numbers) > _SHORT:
        numbers = [numbers[0], -1, numbers[-1]]
    return [_row(span, number, width) for number in numbers]


def _row(span: Span, number: int, width: int) -> Row:
    if number < 0:
        return Row(None)
    line = span.source.lines[number - 1]
    blank = len(line) - len(line.lstrip())
    begin = span.column - 1 if number == span.line else blank
    end = span.end_column - 1 if number == span.end_line else len(line.rstrip())
    begin = min(begin, len(line))
    end = min(max(begin, end), len(line))
    return _cut(number, line, begin, end, width)


def _cut(number: int, line: str, begin: int, end: int, width: int) -> Row:
    """A line as shown; of a long one, what is around the underlined part."""
    # A character takes at most a few columns, or none: far more are never shown.
    reach = 4 * width
    marked = visible(line[begin : min(end, begin + reach)])
    after = visible(line[end : end + reach].rstrip())
    before = visible(line[max(begin - reach, 0) : begin])
    if cells(before) + cells(marked) + cells(after) > width:
        marked = _first(marked, max(width - 2 * _BESIDE, width // 2))
    room = max(width - cells(marked), 8)
    before = _last(before, max(room - cells(after), room // 2))
    after = _first(after, room - cells(before))
    text = f"{before}{marked}{after}".rstrip()
    return Row(number, text, cells(before), max(cells(marked), 1))


def _first(text: str, width: int) -> str:
    """The beginning of a text, up to a number of columns."""
    if cells(text) <= width:
        return text
    kept, used = 0, 1
    while used + cells(text[kept]) <= width:
        used += cells(text[kept])
        kept += 1
    return f"{text[:kept]}…"


def _last(text: str, width: int) -> str:
    """The end of a text, up to a number of columns."""
    if cells(text) <= width:
        return text
    kept, used = len(text), 1
    while used + cells(text[kept - 1]) <= width:
        kept -= 1
        used += cells(text[kept])
    return f"…{text[kept:]}"
