# PyTorch's stubs leave some types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Figures that are reported, as means over a batch."""

import torch
from torch import Tensor


def accuracy(prediction: Tensor, classes: Tensor) -> Tensor:
    """Return how often the largest entry, the first of equals, is that of the class."""
    return (prediction.argmax(-1) == classes).to(prediction.dtype).mean()


def binary_accuracy(prediction: Tensor, target: Tensor, threshold: float) -> Tensor:
    """Return how often `prediction > threshold` is what the target (0 or 1) says."""
    return ((prediction > threshold) == target).to(prediction.dtype).mean()


def to_floats(figures: dict[str, Tensor]) -> dict[str, float]:
    """Bring figures to the host, all at once."""
    values = torch.stack(list(figures.values())).tolist()
    return dict(zip(figures, values, strict=True))
