"""Tables of numbers in text files with a header line (RFC 4180)."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..catalog.sources.files import Csv
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem, Span
from .table import Table, require_file

__all__ = ["TextTable", "open_csv"]

#: How many faulty lines are reported at most.
_REPORTED = 10


@dataclass(frozen=True)
class TextTable:
    """A table in a text file; only the columns that are asked for must hold numbers."""

    path: Path
    written: str
    separator: str
    names: tuple[str, ...]
    span: Span | None

    def read(self, names: tuple[str, ...]) -> Table:
        """The named columns in float64; an empty cell is not a number (NaN)."""
        wanted = tuple(self.names.index(name) for name in names)
        reading = _Reading(self, wanted)
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                reading.read(file)
        except OSError as error:
            raise Fault(_unreadable(self.written, 1, error, self.span)) from None
        values = np.frombuffer(reading.values, np.float64).reshape(-1, len(names))
        columns = {name: values[:, i] for i, name in enumerate(names)}
        return Table(columns, np.frombuffer(reading.lines, np.int64))


class _Reading:
    """The state of reading one table."""

    def __init__(self, table: TextTable, wanted: tuple[int, ...]) -> None:
        self.table = table
        self.wanted = wanted
        self.values = array("d")
        self.lines = array("q")
        self.problems: list[Problem] = []
        self.underscore = False

    def read(self, file: Iterable[str]) -> None:
        """Take in all lines; Fault if some are faulty."""
        reader = csv.reader(
            self._watch(file), delimiter=self.table.separator, strict=True
        )
        line = 1
        try:
            next(reader)
            for record in reader:
                first, line = line + 1, reader.line_num
                if record and len(self.problems) < _REPORTED:
                    self._record(record, first)
        except (csv.Error, UnicodeDecodeError) as error:
            problem = _unreadable(self.table.written, line + 1, error, self.table.span)
            self.problems.append(problem)
        if self.problems:
            raise Fault(self.problems)
        if not self.lines:
            why = f"{self.table.written} has no line after its header"
            raise Fault(Problem("data-unreadable", why, self.table.span))

    def _watch(self, file: Iterable[str]) -> Iterator[str]:
        """Note whether a line has an underscore, which float() would take in a number."""
        for text in file:
            self.underscore = self.underscore or "_" in text
            yield text

    def _record(self, record: list[str], line: int) -> None:
        if len(record) != len(self.table.names):
            self._ragged(record, line)
            return
        cells = [record[i] for i in self.wanted]
        try:
            if self.underscore and any("_" in cell for cell in cells):
                raise ValueError
            self.values.extend([float(cell) for cell in cells])
        except ValueError:
            self.values.extend(self._number(record[i], i, line) for i in self.wanted)
        self.underscore = False
        self.lines.append(line)

    def _number(self, cell: str, column: int, line: int) -> float:
        if not cell.strip():
            return np.nan
        try:
            if "_" not in cell:
                return float(cell)
        except ValueError:
            pass
        name = self.table.names[column]
        problem = Problem(
            "data-not-a-number",
            f"{self.table.written}, line {line}: column {column + 1} ({name}) holds"
            f" {_shown(cell)}, which is not a number",
            self.table.span,
        )
        self.problems.append(problem)
        return np.nan

    def _ragged(self, record: list[str], line: int) -> None:
        problem = Problem(
            "data-ragged",
            f"{self.table.written}, line {line}: {len(record)} cells where the header"
            f" has {len(self.table.names)}",
            self.table.span,
            expected="as many cells on every line as in the header",
        )
        self.problems.append(problem)


def open_csv(source: Csv, base: Path, span: Span | None) -> TextTable:
    """Read the header of a table.

    Raises:
        Fault: it is missing (status 3) or has none (status 1).
    """
    path = base / source.path
    require_file(path, source.path, span)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=source.separator, strict=True)
            header = next(reader, list[str]())
    except (csv.Error, UnicodeDecodeError, OSError) as error:
        raise Fault(_unreadable(source.path, 1, error, span)) from None
    names = tuple(name.strip() for name in header)
    if not any(names):
        why = f"{source.path} has no header line with the names of its columns"
        raise Fault(Problem("data-unreadable", why, span))
    if all(_is_number(name) for name in names):
        why = f"the first line of {source.path} holds numbers, not names of columns"
        hint = "a first line such as age,rooms,price"
        raise Fault(Problem("data-unreadable", why, span, expected=hint))
    return TextTable(path, source.path, source.separator, names, span)


def _unreadable(
    written: str, line: int, error: Exception, span: Span | None
) -> Problem:
    why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error
    if isinstance(error, OSError):
        why = error.strerror or type(error).__name__
    # Text is decoded in blocks, so a bad byte lies on this line or a later one.
    where = "at or after" if isinstance(error, UnicodeDecodeError) else "at"
    message = f"{written} cannot be read {where} line {line}: {why}"
    return Problem("data-unreadable", message, span)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shown(cell: str) -> str:
    """The cell in quotes, control characters escaped, cut if it is long."""
    return repr(cell if len(cell) <= 40 else cell[:40] + "…")
