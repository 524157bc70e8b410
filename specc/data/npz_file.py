"""Arrays in an .npz file, read without pickle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np

from ..catalog.sources.files import Npz
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem, Span
from .table import Table, require_file

__all__ = ["ArrayFile", "open_arrays", "open_npz"]


@dataclass(frozen=True)
class ArrayFile:
    """An .npz file that is open."""

    path: str
    file: Any
    names: tuple[str, ...]
    span: Span | None

    def read(self, names: tuple[str, ...]) -> Table:
        """The named arrays."""
        arrays = {name: self.array(name) for name in names}
        self._same_length(arrays)
        return Table(arrays)

    def array(self, name: str) -> np.ndarray:
        """One array of numbers."""
        try:
            values: np.ndarray = self.file[name]
        except Exception as error:  # a damaged file can make the reader raise anything
            why = f"{self.path}: the array {name} cannot be read: {_reason(error)}"
            raise self._unreadable(why) from None
        if not isinstance(values, np.ndarray):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise self._unreadable(f"{self.path}: {name} is no array of NumPy's")
        if values.dtype.kind not in "biuf":
            raise self._unreadable(
                f"{self.path}: the array {name} holds {values.dtype}, not numbers"
            )
        if values.ndim == 0:
            raise self._unreadable(
                f"{self.path}: the array {name} is a single number; its first axis"
                " should count the examples"
            )
        return values

    def _same_length(self, arrays: dict[str, np.ndarray]) -> None:
        if len({len(values) for values in arrays.values()}) > 1:
            sizes = ", ".join(f"{name} {len(a)}" for name, a in arrays.items())
            problem = Problem(
                "data-lengths",
                f"{self.path}: the arrays differ in their number of examples: {sizes}",
                self.span,
                expected="the first axis of every array counts the same examples",
            )
            raise Fault(problem)

    def _unreadable(self, why: str) -> Fault:
        return Fault(Problem("data-unreadable", why, self.span))


def open_arrays(path: Path, written: str, span: Span | None) -> ArrayFile:
    """Open an .npz file.

    Raises:
        Fault: it is missing (status 3) or is no .npz file (status 1).
    """
    require_file(path, written, span)
    if not is_zipfile(path):
        why = f"{written} is not an .npz file (a zip archive of arrays)"
        hint = "numpy.savez(path, name = array) writes such a file"
        raise Fault(Problem("data-unreadable", why, span, suggestion=hint))
    try:
        file: Any = np.load(path, allow_pickle=False)
        names = tuple(str(name) for name in file.files)
    except Exception as error:  # a damaged file can make the reader raise anything
        why = f"{written} is not an .npz file: {_reason(error)}"
        raise Fault(Problem("data-unreadable", why, span)) from None
    if len(set(names)) != len(names):
        why = f"{written} holds two arrays of one name"
        raise Fault(Problem("data-unreadable", why, span))
    return ArrayFile(written, file, names, span)


def open_npz(source: Npz, base: Path, span: Span | None) -> ArrayFile:
    """Open the file of a source."""
    return open_arrays(base / source.path, source.path, span)


def _reason(error: Exception) -> str:
    text = str(error)
    if "allow_pickle" in text or "pickled" in text:
        return "it needs pickle, which can run any code and is never loaded"
    if isinstance(error, MemoryError):
        return "it is larger than the memory"
    return text.split("\n")[0] or type(error).__name__
