"""Prepared data: arrays by binding and part, ready for any backend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import numpy as np
from numpy.lib.format import write_array

from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..ir import Training
from ..runtime.batches import ArrayBatches
from .steps import Fitted

__all__ = ["Arrays", "Prepared", "save_npz", "write_npz"]

#: Arrays by binding name; the first axis counts the examples.
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Prepared:
    """What a data block comes to.

    `rows` holds for each part the numbers of its rows in the source, from 0, in the
    order of the part's arrays; the ids in a batch are positions in the part. `columns`
    are the fields of each binding. `fingerprint` is that of the raw data and of `fitted`,
    from which all arrays follow. `warnings` are problems that stop nothing.
    """

    training: Arrays
    validation: Arrays | None
    test: Arrays | None
    rows: dict[str, np.ndarray]
    columns: dict[str, tuple[str, ...]]
    fitted: Fitted
    fingerprint: str
    warnings: tuple[Problem, ...] = ()

    def part(self, name: str) -> Arrays | None:
        """The arrays of ``training``, ``validation`` or ``test``; None if there are none."""
        return {
            "training": self.training,
            "validation": self.validation,
            "test": self.test,
        }[name]

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
    save_npz(arrays, path)


def save_npz(arrays: Arrays, path: Path) -> None:
    """Write arrays to an .npz file, whatever their names.

    `numpy.savez` takes names as arguments, so that none may be called ``file``.
    """
    with ZipFile(path, "w") as archive:
        for name, values in arrays.items():
            with archive.open(ZipInfo(f"{name}.npy"), "w", force_zip64=True) as file:
                write_array(file, np.asanyarray(values), allow_pickle=False)
