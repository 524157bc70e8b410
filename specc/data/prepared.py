"""Prepared data: arrays by binding and part, ready for any backend."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast
from zipfile import ZipFile, ZipInfo

import numpy as np
from numpy.lib.format import write_array

from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..ir import Training
from ..runtime.batches import ArrayBatches
from .steps import Fitted
from .table import Table

__all__ = [
    "Arrays",
    "Prepared",
    "is_prepared",
    "save_csv",
    "save_npz",
    "write_npz",
]

#: The comment that marks a file of prepared arrays.
PREPARED = b"specc: prepared arrays"
#: Arrays by binding name; the first axis counts the examples.
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Prepared:
    """What a data block comes to.

    `rows` holds for each part the numbers of its rows in the source, from 0, in the
    order of the part's arrays; the ids in a batch are positions in the part. `columns`
    are the fields of each binding. `lines` holds the line of each row of the source, where
    that is a text. `fingerprint` is that of the raw data and of `fitted`, from which all
    arrays follow. `warnings` are problems that stop nothing.
    """

    training: Arrays
    validation: Arrays | None
    test: Arrays | None
    rows: dict[str, np.ndarray]
    columns: dict[str, tuple[str, ...]]
    fitted: Fitted
    fingerprint: str
    warnings: tuple[Problem, ...] = ()
    lines: np.ndarray | None = None

    def part(self, name: str) -> Arrays | None:
        """The arrays of ``training``, ``validation`` or ``test``; None if there are none."""
        return {
            "training": self.training,
            "validation": self.validation,
            "test": self.test,
        }[name]

    def row(self, part: str, position: int) -> str:
        """How a user finds an example of a part in the source."""
        return Table({}, self.lines).row(int(self.rows[part][position]))

    def batches(self, training: Training) -> ArrayBatches:
        """A re-iterable source of batches, in the order that the training's seed gives."""
        return ArrayBatches(
            self.training,
            self.validation,
            batch_size=training.batch_size,
            seed=training.seed,
            shuffle=training.shuffle,
        )


def write_npz(prepared: Prepared, path: Path) -> None:
    """Write prepared arrays for an emitted program run on its own.

    Training arrays go by their binding's name, those of the other parts by it with
    ``val_`` or ``test_`` before. The same arrays give the same bytes.

    Raises:
        Fault: two arrays would have one name.
    """
    arrays = dict(prepared.training)
    for prefix, part in (("val_", prepared.validation), ("test_", prepared.test)):
        for name, values in (part or {}).items():
            if prefix + name in prepared.training:
                why = f"{prefix + name} would name two arrays of {path}"
                hint = f"another name for the binding {prefix + name}"
                problem = Problem("data-ambiguous-field", why, None, expected=hint)
                raise Fault(problem)
            arrays[prefix + name] = values
    save_npz(arrays, path, PREPARED)


def is_prepared(path: Path) -> bool:
    """Whether an .npz file was written by `write_npz`: its values are scaled already."""
    with ZipFile(path) as archive:
        return archive.comment == PREPARED


def save_csv(arrays: Arrays, path: Path) -> None:
    """Write arrays as a table, a line for each example.

    An array with one number for each example is the column of its name; the columns of
    others are ``NAME_0``, ``NAME_1``, …, with all indices of an entry.

    Raises:
        Fault: two columns would have one name.
    """
    columns: dict[str, np.ndarray] = {}
    for name, values in arrays.items():
        single = values[0].size == 1
        for entry in np.ndindex(values.shape[1:]):
            called = name if single else "_".join([name, *map(str, entry)])
            if called in columns:
                why = f"{called} would name two columns of {path}"
                raise Fault(Problem("data-ambiguous-field", why, None))
            columns[called] = values[(slice(None), *entry)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def save_npz(arrays: Arrays, path: Path, comment: bytes = b"") -> None:
    """Write arrays to an .npz file, whatever their names.

    `numpy.savez` takes names as arguments, so that none may be called ``file``. The
    comment is that of the zip archive, which `numpy.load` passes over.
    """
    with path.open("wb") as out, ZipFile(_sink(path, out), "w") as archive:
        archive.comment = comment
        for name, values in arrays.items():
            with archive.open(ZipInfo(f"{name}.npy"), "w", force_zip64=True) as file:
                write_array(file, np.asanyarray(values), allow_pickle=False)


class _Flow:
    """A stream of which a zip archive asks no place; a device (``/dev/null``) tells 0."""

    def __init__(self, out: IO[bytes]) -> None:
        self.write = out.write
        self.flush = out.flush


def _sink(path: Path, out: IO[bytes]) -> IO[bytes]:
    return out if path.is_file() else cast("IO[bytes]", _Flow(out))
