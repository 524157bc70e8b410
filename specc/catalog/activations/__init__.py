"""Activations."""

from ..families import Activation
from .linear import Linear
from .rectifiers import Elu, LeakyRelu, Relu, Selu
from .squashing import Sigmoid, Softmax, Tanh

__all__ = ["ACTIVATIONS", "Activation"]

ACTIVATIONS = (Linear, Relu, LeakyRelu, Elu, Selu, Tanh, Sigmoid, Softmax)
