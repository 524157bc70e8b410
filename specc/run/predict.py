"""Predictions of a trained model for inputs that a user brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from ..data import is_prepared, transform
from ..data.npz_file import open_arrays
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..diagnostics.suggest import nearest
from ..ir import Program
from .folder import RunFolder
from .loaded import Loaded
from .units import in_data_units

__all__ = ["input_batches", "predict", "read_inputs"]

Arrays = dict[str, np.ndarray]


def read_inputs(folder: RunFolder, path: Path) -> Arrays:
    """The inputs of a run's model from an .npz file; other arrays in it are not read.

    Args:
        folder: of the run, whose framework is not loaded for this.
        path: the file; a relative path is relative to the current folder.

    Raises:
        Fault: the file is missing (status 3), lacks inputs, or holds what
            `specc prepare` wrote, which is scaled already (status 1).
    """
    file = open_arrays(path, str(path), None)
    names = _names(folder.program())
    if is_prepared(path):
        raise Fault(_scaled_already(folder, path))
    problems = [_missing(name, file.names) for name in names if name not in file.names]
    if problems:
        raise Fault(problems)
    return dict(file.read(names).fields)


def predict(
    loaded: Loaded, arrays: Mapping[str, np.ndarray], batch_size: int = 256
) -> Arrays:
    """Outputs by name, in inference mode and in the units of the data.

    What transforms did to a target is undone for its output (see `in_data_units`).

    Args:
        loaded: the model.
        arrays: raw inputs by name, as the source of the data has them; the transforms
            that were fitted in training are applied to them.
        batch_size: how many examples are computed at a time.

    Raises:
        Fault: an input is missing, or does not fit.
    """
    batches = input_batches(loaded, arrays, batch_size)
    parts: list[Arrays] = [loaded.module.predict(loaded.state, b) for b in batches]
    outputs = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    return in_data_units(loaded, outputs)


def input_batches(
    loaded: Loaded, arrays: Mapping[str, np.ndarray], batch_size: int
) -> list[Arrays]:
    """Raw inputs, transformed and cut into batches with their ids.

    Raises:
        Fault: an input is missing, or does not fit.
    """
    data = loaded.program.data
    assert data is not None, "a run has data"
    names = _names(loaded.program)
    problems = [_missing(name, tuple(arrays)) for name in names if name not in arrays]
    if not problems:
        problems = list(_unequal({name: arrays[name] for name in names}))
    if problems:
        raise Fault(problems)
    raw = {name: np.asarray(arrays[name]) for name in names}
    inputs = transform(data, raw, loaded.folder.preparation())
    ids = np.arange(len(inputs[names[0]]))
    batches: list[Arrays] = []
    for start in range(0, len(ids), batch_size):
        rows = slice(start, start + batch_size)
        batch = {name: values[rows] for name, values in inputs.items()}
        batches.append({"ids": ids[rows], **batch})
    return batches


def _names(program: Program) -> tuple[str, ...]:
    return tuple(item.name for item in program.network.inputs)


def _scaled_already(folder: RunFolder, path: Path) -> Problem:
    return Problem(
        "run-input",
        f"{path} holds prepared arrays, which are scaled already; predicting from them"
        " would scale them twice",
        None,
        expected="arrays as the source of the data has them",
        suggestion=f"specc evaluate {folder.path}, for figures of the prepared parts",
    )


def _missing(name: str, names: tuple[str, ...]) -> Problem:
    near = nearest(name, names)
    return Problem(
        "run-input",
        f"the model needs an input called {name}",
        None,
        expected=f"an array of that name beside {', '.join(names[:20])}",
        suggestion=f"rename {near} to {name}" if near else None,
    )


def _unequal(arrays: Mapping[str, np.ndarray]) -> Iterator[Problem]:
    """What is wrong with the numbers of examples."""
    bad = [name for name, values in arrays.items() if np.ndim(values) == 0]
    if bad:
        why = f"{bad[0]} is a single number; its first axis should count the examples"
        yield Problem("run-input", why, None)
        return
    sizes = {name: len(values) for name, values in arrays.items()}
    if len(set(sizes.values())) > 1 or 0 in sizes.values():
        listed = ", ".join(f"{name} {size}" for name, size in sizes.items())
        why = f"inputs need one and the same number of examples, at least one: {listed}"
        yield Problem("run-input", why, None)
