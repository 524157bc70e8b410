"""Between PyTorch's tensors and arrays in canonical layouts."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor


def to_array(tensor: Tensor, axes: tuple[int, ...] | None = None) -> np.ndarray:
    """Copy a tensor, its axes in that order, to an array in C order."""
    found = tensor.detach() if axes is None else tensor.detach().permute(axes)
    return np.array(found.cpu().numpy(), order="C")


def fill(
    tensor: Tensor, array: np.ndarray, axes: tuple[int, ...] | None = None
) -> None:
    """Fill a tensor, its axes in that order, with an array; values are rounded once."""
    place = tensor.detach() if axes is None else tensor.detach().permute(axes)
    place.copy_(torch.tensor(np.ascontiguousarray(array)))


def check_arrays(
    arrays: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]
) -> None:
    """Hold arrays against others that have the right names and shapes.

    Raises:
        KeyError: one is missing, or one is not expected.
        ValueError: one has another shape.
    """
    for name in expected.keys() - arrays.keys():
        raise KeyError(f"{name} is missing")
    for name in arrays.keys() - expected.keys():
        raise KeyError(f"{name} is not expected")
    for name, array in expected.items():
        if np.shape(arrays[name]) != array.shape:
            raise ValueError(
                f"{name} has shape {np.shape(arrays[name])}, not {array.shape}"
            )
