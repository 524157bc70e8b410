"""Layers that rearrange a tensor without changing its entries."""

import math

import numpy as np

from .layer import Layer


class Reshape(Layer):
    """Gives each example another shape, read and written in row-major order."""

    def __init__(self, target_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.target_shape = target_shape

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, tuple[int, ...]]:
        (x,) = inputs
        return x.reshape(len(x), *self.target_shape), x.shape

    def backward(
        self, gradient: np.ndarray, memory: tuple[int, ...]
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        return [gradient.reshape(memory)], {}


class Flatten(Layer):
    """y[(i·W + j)·C + c] = x[i, j, c]: all axes of an example become one."""

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, tuple[int, ...]]:
        (x,) = inputs
        return x.reshape(len(x), math.prod(x.shape[1:])), x.shape

    def backward(
        self, gradient: np.ndarray, memory: tuple[int, ...]
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        return [gradient.reshape(memory)], {}
