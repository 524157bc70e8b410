"""Predictions of a trained model for inputs that a user brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ..data import transform
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from .inputs import input_names, missing_inputs
from .loaded import Loaded
from .units import in_data_units

__all__ = ["input_batches", "predict"]

Arrays = dict[str, np.ndarray]


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
    names = input_names(loaded.program)
    problems = list(missing_inputs(names, tuple(arrays)))
    if not problems:
        problems = list(_unequal({name: arrays[name] for name in names}))
    if problems:
        raise Fault(problems)
    raw = {name: np.asarray(arrays[name]) for name in names}
    problems = list(_not_numbers(raw))
    if problems:
        raise Fault(problems)
    inputs = transform(data, raw, loaded.folder.preparation())
    ids = np.arange(len(inputs[names[0]]))
    batches: list[Arrays] = []
    for start in range(0, len(ids), batch_size):
        rows = slice(start, start + batch_size)
        batch = {name: values[rows] for name, values in inputs.items()}
        batches.append({"ids": ids[rows], **batch})
    return batches


def _not_numbers(arrays: Arrays) -> Iterator[Problem]:
    """Inputs of another kind; of complex numbers, a part would be lost."""
    for name, values in arrays.items():
        if values.dtype.kind not in "biufO":
            why = f"{name} holds {values.dtype}, not real numbers"
            yield Problem("run-input", why, None)


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
