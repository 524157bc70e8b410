"""What is wrong with the cells of a table, told once for each column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..diagnostics.model import Problem, Span

__all__ = ["CellFaults", "shown"]

#: A number as it is written where the comma stands before the decimals.
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d*,\d+\s*")
#: How many different texts of a column are listed as classes at most.
_CLASSES = 12
#: How many further lines are named.
_LINES = 5


@dataclass
class _Texts:
    """Cells of one column that are no numbers."""

    line: int
    cell: str
    count: int = 0
    different: set[str] = field(default_factory=set[str])
    decimal_commas: bool = True


@dataclass
class CellFaults:
    """Takes in faults line by line and makes problems of them."""

    written: str
    names: tuple[str, ...]
    span: Span | None
    _texts: dict[int, _Texts] = field(default_factory=dict[int, _Texts])
    _ragged: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def text(self, cell: str, column: int, line: int) -> None:
        """Take in a cell that is not a number."""
        found = self._texts.setdefault(column, _Texts(line, cell))
        found.count += 1
        if len(found.different) <= _CLASSES:
            found.different.add(cell.strip())
        if not _DECIMAL_COMMA.fullmatch(cell):
            found.decimal_commas = False

    def ragged(self, cells: int, line: int) -> None:
        """Take in a line that has another number of cells than the header."""
        self._ragged.append((line, cells))

    def problems(self, rows: int) -> Iterator[Problem]:
        """A problem for each faulty column and one for all ragged lines.

        Args:
            rows: how many lines have as many cells as the header.
        """
        for column, texts in sorted(self._texts.items()):
            more = f" (and {texts.count - 1} more like it)" if texts.count > 1 else ""
            yield Problem(
                "data-not-a-number",
                f"{self.written}, line {texts.line}: column {column + 1}"
                f" ({self.names[column]}) holds {shown(texts.cell)}, which is not a"
                f" number{more}",
                self.span,
                suggestion=_correction(texts, rows),
            )
        if self._ragged:
            yield self._ragged_lines()

    def _ragged_lines(self) -> Problem:
        (line, cells), *others = self._ragged
        listed = ", ".join(str(number) for number, _ in others[:_LINES])
        rest = len(others) - _LINES
        plural = "s" if len(others) > 1 else ""
        also = f" (also line{plural} {listed}" if others else ""
        also += f" and {rest} more)" if rest > 0 else ")" if others else ""
        return Problem(
            "data-ragged",
            f"{self.written}, line {line}: {cells} cell{'' if cells == 1 else 's'} where"
            f" the header has {len(self.names)}{also}",
            self.span,
            expected="as many cells on every line as in the header",
        )


def _correction(texts: _Texts, rows: int) -> str | None:
    """What to do with a column: write decimals with a point, or number its classes."""
    if texts.decimal_commas:
        point = texts.cell.strip().replace(",", ".")
        return f"a decimal point in the file: {point}, not {texts.cell.strip()}"
    if texts.count == rows and 1 < len(texts.different) <= _CLASSES:
        classes = enumerate(sorted(texts.different))
        listed = ", ".join(f"{number} for {name[:20]}" for number, name in classes)
        return f"number the classes in the file: {listed}"
    if texts.count == rows:
        return "leave the column out, or number its categories in the file, from 0"
    return None


def shown(cell: str) -> str:
    """The cell in quotes, control characters escaped, cut if it is long."""
    return repr(cell if len(cell) <= 40 else cell[:40] + "…")
