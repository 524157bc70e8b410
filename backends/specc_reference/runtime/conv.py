"""The convolution layer."""

import numpy as np

from .layer import Layer
from .windows import Windows


class Conv2D(Layer):
    """y[i, j, o] = Σ x[s·i + d·a − p, s·j + d·b − q, c] · kernel[a, b, c, o] + bias[o].

    Kernel (height, width, in / groups, filters), bias (filters). Each group of filters
    sees its own group of channels.
    """

    def __init__(
        self,
        kernel: tuple[int, int, int, int],
        bias: tuple[int] | None = None,
        strides: tuple[int, int] = (1, 1),
        padding: str = "valid",
        dilation_rate: tuple[int, int] = (1, 1),
        groups: int = 1,
    ) -> None:
        super().__init__()
        self.strides = strides
        self.padding = padding
        self.dilation_rate = dilation_rate
        self.groups = groups
        self.weights["kernel"] = np.zeros(kernel)
        if bias is not None:
            self.weights["bias"] = np.zeros(bias)

    def _windows(self, x: np.ndarray) -> Windows:
        size = self.weights["kernel"].shape[:2]
        return Windows(x, size, self.strides, self.padding, self.dilation_rate)

    def _grouped(self, array: np.ndarray) -> np.ndarray:
        """Return the array with its last axis split into (groups, members)."""
        return array.reshape(*array.shape[:-1], self.groups, -1)

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        (x,) = inputs
        windows, kernel = self._windows(x), self._grouped(self.weights["kernel"])
        padded = self._grouped(windows.pad(x, 0.0))
        y = sum(
            np.einsum("nijgc,cgo->nijgo", padded[under], kernel[a, b])
            for a, b, under in windows.taps()
        )
        y = np.reshape(y, (*np.shape(y)[:3], -1))
        if "bias" in self.weights:
            y = y + self.weights["bias"]
        return y, x

    def backward(
        self, gradient: np.ndarray, memory: np.ndarray
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        x = memory
        windows, kernel = self._windows(x), self._grouped(self.weights["kernel"])
        padded = self._grouped(windows.pad(x, 0.0))
        at_y = self._grouped(gradient)
        at_padded, at_kernel = np.zeros_like(padded), np.zeros_like(kernel)
        for a, b, under in windows.taps():
            at_kernel[a, b] = np.einsum("nijgc,nijgo->cgo", padded[under], at_y)
            at_padded[under] += np.einsum("nijgo,cgo->nijgc", at_y, kernel[a, b])
        found = {"kernel": at_kernel.reshape(self.weights["kernel"].shape)}
        if "bias" in self.weights:
            found["bias"] = gradient.sum(axis=(0, 1, 2))
        at_images = at_padded.reshape(*at_padded.shape[:3], x.shape[3])
        return [windows.cut(at_images)], found
