"""The fully connected layer, and an activation as a layer."""

import numpy as np

from .activations import Activation
from .layer import Layer


class Dense(Layer):
    """y = x · kernel + bias, on the last axis. Kernel (in, units), bias (units)."""

    def __init__(self, kernel: tuple[int, int], bias: tuple[int] | None = None) -> None:
        super().__init__()
        self.weights["kernel"] = np.zeros(kernel)
        if bias is not None:
            self.weights["bias"] = np.zeros(bias)

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        (x,) = inputs
        y = x @ self.weights["kernel"]
        if "bias" in self.weights:
            y = y + self.weights["bias"]
        return y, x

    def backward(
        self, gradient: np.ndarray, memory: np.ndarray
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        x, kernel = memory, self.weights["kernel"]
        x_rows = x.reshape(-1, kernel.shape[0])
        gradient_rows = gradient.reshape(-1, kernel.shape[1])
        found = {"kernel": x_rows.T @ gradient_rows}
        if "bias" in self.weights:
            found["bias"] = gradient_rows.sum(axis=0)
        return [gradient @ kernel.T], found


class Activate(Layer):
    """y = activation(x)."""

    def __init__(self, activation: Activation) -> None:
        super().__init__()
        self.activation = activation

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        (x,) = inputs
        return self.activation.value(x), x

    def backward(
        self, gradient: np.ndarray, memory: np.ndarray
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        return [self.activation.backward(memory, gradient)], {}
