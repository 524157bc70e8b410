"""What a source holds: named fields of equal length, and how a row is called."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import singledispatch
from pathlib import Path
from typing import Protocol

import numpy as np

from ..catalog.families import Source
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem, Span

__all__ = ["Opened", "Table", "open_source", "require_file"]


@dataclass(frozen=True)
class Table:
    """Fields by name; the first axis of each counts the rows.

    `lines` holds the number of the line in the file that each row stands on, where the
    source is a text.
    """

    fields: dict[str, np.ndarray]
    lines: np.ndarray | None = None

    def __len__(self) -> int:
        return len(next(iter(self.fields.values())))

    def row(self, number: int) -> str:
        """How a user finds the row: its line in a text, else its number from 0."""
        if self.lines is not None:
            return f"line {int(self.lines[number])}"
        return f"row {number} (from 0)"


class Opened(Protocol):
    """A source whose field names are known and whose values are not read yet."""

    @property
    def names(self) -> tuple[str, ...]:
        """The fields in the order of the source; a name may occur twice."""
        ...

    def read(self, names: tuple[str, ...]) -> Table:
        """The named fields.

        Raises:
            Fault: the values cannot be read, are no numbers or differ in length.
        """
        ...


@singledispatch
def open_source(source: Source, base: Path, span: Span | None) -> Opened:
    """Find out which fields a source has.

    A source from another package registers its own function here.

    Args:
        source: the construct.
        base: the folder that relative paths are relative to.
        span: the place of the source in the spec.

    Raises:
        Fault: it is not there (status 3) or cannot be read (status 1).
    """
    problem = Problem(
        "data-unregistered", f"nothing is registered that reads {source.keyword}", span
    )
    raise Fault(problem)


def require_file(path: Path, written: str, span: Span | None) -> None:
    """Fault, with status 3, unless the path is a file that can be read.

    Args:
        path: where it is looked for.
        written: the path as the user wrote it.
        span: its place in a spec.
    """
    try:
        if path.is_file() and os.access(path, os.R_OK):
            return
        what = "is no file" if path.exists() else "does not exist"
        if path.is_dir():
            what = "is a folder"
        if path.is_file():
            what = "may not be read"
    except OSError as error:  # a name that no file can have
        what = f"cannot be a file: {error.strerror}"
    note = "" if str(path) == str(Path(written)) else f" (looked for at {path})"
    given = span is None and path == Path(written)  # on the command line
    base = "the current folder" if given else "the spec"
    problem = Problem(
        "data-missing",
        f"{written} {what}{note}",
        span,
        expected=f"a file; relative paths are relative to {base}",
    )
    raise Fault(problem, status=3)
