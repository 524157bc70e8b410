"""Between PyTorch's tensors and arrays in canonical layouts."""

import numpy as np
import torch
from torch import Tensor


def to_array(tensor: Tensor, axes: tuple[int, ...]) -> np.ndarray:
    """Copy a tensor, its axes in that order, to an array in C order."""
    return np.array(tensor.detach().permute(axes).cpu().numpy(), order="C")


def fill(tensor: Tensor, array: np.ndarray, axes: tuple[int, ...]) -> None:
    """Fill a tensor, its axes in that order, with an array; values are rounded once."""
    tensor.detach().permute(axes).copy_(torch.tensor(np.ascontiguousarray(array)))
