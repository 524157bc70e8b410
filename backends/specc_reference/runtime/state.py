"""What training changes, and its canonical form."""

from dataclasses import dataclass

import numpy as np

from specc.runtime.arrays import check_arrays
from specc.runtime.plateau import export_plateau, import_plateau

from .network import Network


@dataclass
class Progress:
    """The model, and how far its training has come.

    `optimizer` holds what the update rule keeps, by weight and slot; `step` counts the
    updates made, `epoch` the epochs done; `seed` is that of the masks.
    """

    model: Network
    optimizer: dict[str, dict[str, np.ndarray]]
    seed: int
    step: int = 0
    epoch: int = 0
    steps_per_epoch: int = 1


def check_place(dtype: str, device: str) -> None:
    """Refuse any type but float64 and any device but the CPU.

    Raises:
        ValueError: something else was asked for.
    """
    if dtype != "float64" or device != "cpu":
        raise ValueError(f"computed in float64 on the cpu, not in {dtype} on {device}")


def empty_slots(
    model: Network, names: tuple[str, ...]
) -> dict[str, dict[str, np.ndarray]]:
    """Return zeros for each slot of each weight that is not frozen."""
    return {
        path: {name: np.zeros_like(weight) for name in names}
        for path, weight in model.weights().items()
        if path not in model.frozen
    }


def predict(state: Progress, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the outputs by name, in inference mode."""
    edges = state.model.forward(batch).edges
    return {name: edges[edge] for name, edge in state.model.outputs.items()}


def export_weights(state: Progress) -> dict[str, np.ndarray]:
    """Return copies of weights and buffers by path."""
    arrays = state.model.arrays()
    return {path: np.array(array, order="C") for path, array in arrays.items()}


def import_weights(state: Progress, arrays: dict[str, np.ndarray]) -> None:
    """Replace weights and buffers.

    Raises:
        KeyError: an array is missing or unexpected.
        ValueError: an array has the wrong shape.
    """
    state.model.load(arrays)


def export_state(state: Progress) -> dict[str, np.ndarray]:
    """Return copies of weights, buffers, optimizer slots and counters."""
    arrays = export_weights(state)
    for path, slots in state.optimizer.items():
        for slot, array in slots.items():
            arrays[f"optimizer/{slot}/{path}"] = np.array(array, order="C")
    arrays["counter/step"] = np.array(state.step, dtype=np.int64)
    arrays["counter/epoch"] = np.array(state.epoch, dtype=np.int64)
    if hasattr(state, "plateau"):
        arrays |= export_plateau(state)
    return arrays


def import_state(state: Progress, arrays: dict[str, np.ndarray]) -> None:
    """Replace weights, buffers, optimizer slots and counters.

    Raises:
        KeyError: an array is missing or unexpected.
        ValueError: an array has the wrong shape.
    """
    check_arrays(export_state(state), arrays)
    import_weights(state, {path: arrays[path] for path in state.model.arrays()})
    for path, slots in state.optimizer.items():
        for slot in slots:
            slots[slot] = np.array(arrays[f"optimizer/{slot}/{path}"], dtype=np.float64)
    state.step = int(arrays["counter/step"])
    state.epoch = int(arrays["counter/epoch"])
    if hasattr(state, "plateau"):
        import_plateau(state, arrays)
