"""Reading and replacing what training changes, in its canonical form."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

from typing import Any

import numpy as np

from specc.runtime.arrays import check_arrays
from specc.runtime.plateau import export_plateau, import_plateau
from specc.runtime.types import Arrays

from .arrays import all_variables, assign_arrays, copy_arrays, trained_variables


def export_weights(state: Any) -> Arrays:
    """Return copies of weights and buffers by path."""
    return copy_arrays(all_variables(state.model))


def import_weights(state: Any, arrays: Arrays) -> None:
    """Replace weights and buffers; a KeyError or ValueError says what does not fit."""
    assign_arrays(all_variables(state.model), arrays)


def state_variables(state: Any) -> dict[str, Any]:
    """Return weights, buffers and optimizer slots by path."""
    found = all_variables(state.model)
    trained = trained_variables(state.model)
    for slot, variables in state.slots.items():
        for path, variable in zip(trained, variables, strict=True):
            found[f"optimizer/{slot}/{path}"] = variable
    return found


def export_state(state: Any) -> Arrays:
    """Return copies of weights, buffers, optimizer slots and counters."""
    arrays = copy_arrays(state_variables(state))
    arrays["counter/step"] = np.array(state.step, dtype=np.int64)
    arrays["counter/epoch"] = np.array(state.epoch, dtype=np.int64)
    if hasattr(state, "plateau"):
        arrays |= export_plateau(state)
    return arrays


def import_state(state: Any, arrays: Arrays) -> None:
    """Take over what export_state returned; raises as import_weights does."""
    check_arrays(export_state(state), arrays)
    variables = state_variables(state)
    assign_arrays(variables, {path: arrays[path] for path in variables})
    state.step = int(arrays["counter/step"])
    state.epoch = int(arrays["counter/epoch"])
    if hasattr(state, "plateau"):
        import_plateau(state, arrays)
