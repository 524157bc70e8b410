"""The inputs of a prediction, from a file that a user brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from ..catalog.sources.files import Csv
from ..data import is_prepared
from ..data.csv_file import open_csv
from ..data.npz_file import open_arrays
from ..data.table import Table
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..diagnostics.suggest import nearest
from ..ir import Program
from .folder import RunFolder

__all__ = ["input_names", "missing_inputs", "read_inputs"]

Arrays = dict[str, np.ndarray]


def read_inputs(folder: RunFolder, path: Path) -> Arrays:
    """The inputs of a run's model from an .npz file, or from a .csv file for one that
    learned from a table. Other arrays or columns in it are not read.

    Args:
        folder: of the run, whose framework is not loaded for this.
        path: the file; a relative path is relative to the current folder.

    Raises:
        Fault: the file is missing (status 3), lacks inputs, has cells that are no
            numbers, or holds what `specc prepare` wrote, which is scaled already
            (status 1).
    """
    names = input_names(folder.program())
    if path.suffix.lower() == ".csv":
        return _read_table(folder, path, names)
    file = open_arrays(path, str(path), None)
    if is_prepared(path):
        raise Fault(_scaled_already(folder, path))
    problems = list(missing_inputs(names, file.names))
    if problems:
        raise Fault(problems)
    return dict(file.read(names).fields)


def input_names(program: Program) -> tuple[str, ...]:
    """The names of a model's inputs."""
    return tuple(item.name for item in program.network.inputs)


def missing_inputs(
    wanted: tuple[str, ...], there: tuple[str, ...], thing: str = "an array"
) -> Iterator[Problem]:
    """A problem for each input, or column of one, that is not there."""
    for name in (name for name in wanted if name not in there):
        near = nearest(name, there)
        yield Problem(
            "run-input",
            f"the model needs an input called {name}",
            None,
            expected=f"{thing} of that name beside {', '.join(there[:20])}",
            suggestion=f"rename {near} to {name}" if near else None,
        )


def _read_table(folder: RunFolder, path: Path, names: tuple[str, ...]) -> Arrays:
    """The columns of each input, side by side as in training."""
    data = folder.program().data
    assert data is not None, "a run has data"
    if not isinstance(data.source, Csv):
        why = f"the run learned from arrays ({data.source.keyword}), not from a table"
        hint = f"an .npz file with {', '.join(names)}"
        raise Fault(Problem("run-input", why, None, expected=hint))
    kept: Mapping[str, list[str]] = folder.record()["data"]["columns"]
    columns = {name: tuple(kept[name]) for name in names}
    wanted = tuple(dict.fromkeys(c for some in columns.values() for c in some))
    source = data.source.model_copy(update={"path": str(path)})
    text = open_csv(source, Path(), None)
    problems = list(missing_inputs(wanted, text.names, "a column"))
    if problems:
        raise Fault(problems)
    table = text.read(wanted)
    problems = list(_not_finite(table, path))
    if problems:
        raise Fault(problems)
    return {
        name: np.stack([table.fields[column] for column in some], axis=-1)
        for name, some in columns.items()
    }


def _not_finite(table: Table, path: Path) -> Iterator[Problem]:
    for column, values in table.fields.items():
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad):
            more = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
            why = f"{column} in {table.row(bad[0])} of {path} is missing or not finite"
            yield Problem("data-not-finite", why + more, None)


def _scaled_already(folder: RunFolder, path: Path) -> Problem:
    return Problem(
        "run-input",
        f"{path} holds prepared arrays, which are scaled already; predicting from them"
        " would scale them twice",
        None,
        expected="arrays as the source of the data has them",
        suggestion=f"specc evaluate {folder.path}, for figures of the prepared parts",
    )
