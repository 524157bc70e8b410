"""Activations with bounded values."""

from typing import ClassVar

from ..families import Activation

__all__ = ["Sigmoid", "Softmax", "Tanh"]


class Tanh(Activation):
    """Hyperbolic tangent, between −1 and 1."""

    keyword: ClassVar[str] = "tanh"
    formula: ClassVar[str] = "f(x) = (exp(x) − exp(−x)) / (exp(x) + exp(−x))"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "Dense(8, activation = tanh)"


class Sigmoid(Activation):
    """Logistic function, between 0 and 1."""

    keyword: ClassVar[str] = "sigmoid"
    formula: ClassVar[str] = "f(x) = 1 / (1 + exp(−x))"
    reference: ClassVar[str] = "Verhulst 1845, the logistic function"
    example: ClassVar[str] = "Dense(1, activation = sigmoid)"


class Softmax(Activation):
    """Turns the last axis into probabilities that add up to 1."""

    keyword: ClassVar[str] = "softmax"
    formula: ClassVar[str] = "f(x)ᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)"
    reference: ClassVar[str] = "Bridle 1990, doi:10.1007/978-3-642-76153-9_28"
    example: ClassVar[str] = "Dense(10, activation = softmax)"
