"""Losses for targets that are numbers."""

from typing import ClassVar

from ..families import Loss

__all__ = ["MeanSquaredError"]


class MeanSquaredError(Loss):
    """Mean of squared differences over the entries of an output, then over the batch."""

    keyword: ClassVar[str] = "mse"
    formula: ClassVar[str] = "mean (prediction − target)²"
    reference: ClassVar[str] = "Gauss 1809, Theoria motus, §179"
    example: ClassVar[str] = "loss = mse"
