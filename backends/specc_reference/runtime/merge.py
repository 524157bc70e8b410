"""Layers that join several tensors into one."""

import numpy as np

from .layer import Layer


class Concatenate(Layer):
    """y = [x₁ | x₂ | …] along `axis`, where axis 0 is the batch."""

    def __init__(self, axis: int) -> None:
        super().__init__()
        self.axis = axis

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, list[int]]:
        sizes = [x.shape[self.axis] for x in inputs]
        return np.concatenate(inputs, axis=self.axis), sizes

    def backward(
        self, gradient: np.ndarray, memory: list[int]
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        ends = np.cumsum(memory)[:-1]
        return np.split(gradient, ends, axis=self.axis), {}


class Add(Layer):
    """y = x₁ + x₂ + …."""

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, int]:
        y = inputs[0]
        for x in inputs[1:]:
            y = y + x
        return y, len(inputs)

    def backward(
        self, gradient: np.ndarray, memory: int
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        return [gradient] * memory, {}
