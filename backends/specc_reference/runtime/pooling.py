"""Pooling layers."""

import numpy as np

from .layer import Layer
from .windows import Windows


class MaxPooling2D(Layer):
    """y[i, j, c] = max over the window of x[s·i + a, s·j + b, c]; the border is −∞.

    The gradient of a tie goes to the first of its entries in row-major order.
    """

    def __init__(
        self, pool_size: tuple[int, int], strides: tuple[int, int], padding: str
    ) -> None:
        super().__init__()
        self.pool_size = pool_size
        self.strides = strides
        self.padding = padding

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
        (x,) = inputs
        windows = Windows(x, self.pool_size, self.strides, self.padding)
        padded = windows.pad(x, -np.inf)
        entries = np.stack([padded[under] for _, _, under in windows.taps()])
        return entries.max(axis=0), (x, entries.argmax(axis=0))

    def backward(
        self, gradient: np.ndarray, memory: tuple[np.ndarray, np.ndarray]
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        x, winner = memory
        windows = Windows(x, self.pool_size, self.strides, self.padding)
        at_padded = windows.pad(np.zeros_like(x), 0.0)
        for number, (_, _, under) in enumerate(windows.taps()):
            at_padded[under] += gradient * (winner == number)
        return [windows.cut(at_padded)], {}


class GlobalAveragePooling2D(Layer):
    """y[c] = Σ x[i, j, c] / (height · width)."""

    def __init__(self, keepdims: bool) -> None:
        super().__init__()
        self.keepdims = keepdims

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, tuple[int, ...]]:
        (x,) = inputs
        return x.mean(axis=(1, 2), keepdims=self.keepdims), x.shape

    def backward(
        self, gradient: np.ndarray, memory: tuple[int, ...]
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        batch, height, width, channels = memory
        share = gradient.reshape(batch, 1, 1, channels) / (height * width)
        return [np.broadcast_to(share, memory)], {}
