"""Reading and replacing what training changes, in its canonical form."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

from typing import Any

import numpy as np

from .arrays import (
    all_variables,
    assign_arrays,
    check_arrays,
    copy_arrays,
    trained_variables,
)


def export_weights(state: Any) -> dict[str, np.ndarray]:
    """Return copies of weights and buffers by path."""
    return copy_arrays(all_variables(state.model))


def import_weights(state: Any, arrays: dict[str, np.ndarray]) -> None:
    """Replace weights and buffers.

    Raises:
        KeyError: an array is missing or unexpected.
        ValueError: an array has the wrong shape.
    """
    assign_arrays(all_variables(state.model), arrays)


def state_variables(state: Any) -> dict[str, Any]:
    """Return weights, buffers and optimizer slots by path."""
    found = all_variables(state.model)
    trained = trained_variables(state.model)
    for slot, variables in state.slots.items():
        for path, variable in zip(trained, variables, strict=True):
            found[f"optimizer/{slot}/{path}"] = variable
    return found


def export_state(state: Any) -> dict[str, np.ndarray]:
    """Return copies of weights, buffers, optimizer slots and counters."""
    arrays = copy_arrays(state_variables(state))
    arrays["counter/step"] = np.array(state.step, dtype=np.int64)
    arrays["counter/epoch"] = np.array(state.epoch, dtype=np.int64)
    return arrays


def import_state(state: Any, arrays: dict[str, np.ndarray]) -> None:
    """Replace weights, buffers, optimizer slots and counters.

    Raises:
        KeyError: an array is missing or unexpected.
        ValueError: an array has the wrong shape.
    """
    variables = state_variables(state)
    counters = {name: np.zeros(()) for name in ("counter/step", "counter/epoch")}
    check_arrays({**variables, **counters}, arrays)
    assign_arrays(variables, {path: arrays[path] for path in variables})
    state.step = int(arrays["counter/step"])
    state.epoch = int(arrays["counter/epoch"])
