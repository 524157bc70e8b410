"""Activations: the function, and the gradient of its input."""

from dataclasses import dataclass

import numpy as np


class Activation:
    """A function of one array that keeps its shape."""

    def value(self, x: np.ndarray) -> np.ndarray:
        """Return f(x)."""
        raise NotImplementedError

    def backward(self, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Return the gradient at x, given the one at f(x)."""
        raise NotImplementedError


@dataclass(frozen=True)
class Linear(Activation):
    """f(x) = x."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return x

    def backward(self, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        return gradient


@dataclass(frozen=True)
class Relu(Activation):
    """f(x) = max(x, 0); its derivative at 0 is 0."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.maximum(x, 0.0)

    def backward(self, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        return gradient * (x > 0)


@dataclass(frozen=True)
class LeakyRelu(Activation):
    """f(x) = x if x > 0, else negative_slope · x."""

    negative_slope: float

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.where(x > 0, x, self.negative_slope * x)

    def backward(self, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        return gradient * np.where(x > 0, 1.0, self.negative_slope)


@dataclass(frozen=True)
class Elu(Activation):
    """f(x) = x if x > 0, else alpha · (exp(x) − 1)."""

    alpha: float

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0.0)))

    def backward(self, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        slope = self.alpha * np.exp(np.minimum(x, 0.0))
        return gradient * np.where(x > 0, 1.0, slope)


SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


@dataclass(frozen=True)
class Selu(Activation):
    """f(x) = λ · x if x ≥ 0, else λ · α · (exp(x) − 1)."""

    def value(self, x: np.ndarray) -> np.ndarray:
        below = SELU_ALPHA * np.expm1(np.minimum(x, 0.0))
        return SELU_SCALE * np.where(x >= 0, x, below)

    def backward(self, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        slope = SELU_ALPHA * np.exp(np.minimum(x, 0.0))
        return gradient * SELU_SCALE * np.where(x >= 0, 1.0, slope)


@dataclass(frozen=True)
class Tanh(Activation):
    """f(x) = (exp(x) − exp(−x)) / (exp(x) + exp(−x))."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return np.tanh(x)

    def backward(self, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        return gradient * (1.0 - np.tanh(x) ** 2)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(−x)), written so that exp cannot overflow."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


@dataclass(frozen=True)
class Sigmoid(Activation):
    """f(x) = 1 / (1 + exp(−x))."""

    def value(self, x: np.ndarray) -> np.ndarray:
        return sigmoid(x)

    def backward(self, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        return gradient * sigmoid(x) * sigmoid(-x)


def log_softmax(x: np.ndarray) -> np.ndarray:
    """Return log(exp(xᵢ) / Σⱼ exp(xⱼ)) over the last axis."""
    shifted = x - x.max(axis=-1, keepdims=True)  # so that exp cannot overflow
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


@dataclass(frozen=True)
class Softmax(Activation):
    """f(x)ᵢ = exp(xᵢ) / Σⱼ exp(xⱼ) over the last axis."""

    def value(self, x: np.ndarray) -> np.ndarray:
        shifted = np.exp(x - x.max(axis=-1, keepdims=True))
        return shifted / shifted.sum(axis=-1, keepdims=True)

    def backward(self, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        y = self.value(x)
        return y * (gradient - (gradient * y).sum(axis=-1, keepdims=True))
