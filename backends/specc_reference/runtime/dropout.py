"""Layers that drop units at random in training."""

import numpy as np

from .layer import Layer


class Dropout(Layer):
    """y = x · keep / (1 − rate) in training, y = x in inference.

    It is a product: what is dropped of an infinite x is not a number.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray | float]:
        (x,) = inputs
        factor = (
            keep * (1.0 / (1.0 - self.rate)) if training and keep is not None else 1.0
        )
        return x * factor, factor

    def backward(
        self, gradient: np.ndarray, memory: np.ndarray | float
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        return [gradient * memory], {}


SELU_FLOOR = -1.7580993408473766  # −λ·α, what SELU tends to at −∞


class AlphaDropout(Layer):
    """y = a · (keep · x + (1 − keep) · α′) + b in training, y = x in inference.

    a = ((1 − rate) · (1 + rate · α′²))^(−1/2) and b = −a · rate · α′ keep mean 0 and
    variance 1; α′ is SELU's negative limit.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self.scale = ((1.0 - rate) * (1.0 + rate * SELU_FLOOR**2)) ** -0.5
        self.offset = -self.scale * rate * SELU_FLOOR

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray | float]:
        (x,) = inputs
        if not training or keep is None:
            return x, 1.0
        return self.scale * np.where(
            keep, x, SELU_FLOOR
        ) + self.offset, self.scale * keep

    def backward(
        self, gradient: np.ndarray, memory: np.ndarray | float
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        return [gradient * memory], {}
