"""Activations: the word that Keras has for each, or the layer that computes it."""

from __future__ import annotations

from specc.catalog.activations.linear import Linear
from specc.catalog.activations.rectifiers import Elu, LeakyRelu, Relu, Selu
from specc.catalog.activations.squashing import Sigmoid, Softmax, Tanh
from specc.catalog.layers import Activation
from specc.emit.source import Expression, call, literal
from specc.emit.use import Use

from .plan import TABLE

__all__: list[str] = []


@TABLE.rule(
    Linear,
    exact="keras.activations.linear, or none",
    here=lambda use: (
        "keras.activations.linear" if isinstance(use.within, Activation) else ""
    ),
)
def linear(activation: Linear) -> Expression:
    """Write Keras's word."""
    return '"linear"'


@TABLE.rule(Relu, exact="keras.activations.relu")
def relu(activation: Relu) -> Expression:
    """Write Keras's word."""
    return '"relu"'


@TABLE.rule(
    LeakyRelu,
    emulated="where(x > 0, x, slope · x); TensorFlow's kernel rounds the slope to"
    " float32",
)
def leaky_relu(activation: LeakyRelu) -> Expression:
    """Write the layer."""
    return call("LeakyReLU", negative_slope=literal(activation.negative_slope))


def _elu(use: Use) -> str:
    plain = getattr(use.construct, "alpha", 1.0) == 1.0
    return "keras.activations.elu" if plain else "keras.layers.ELU"


@TABLE.rule(
    Elu,
    exact="keras.activations.elu, or keras.layers.ELU where alpha is not 1",
    here=_elu,
)
def elu(activation: Elu) -> Expression:
    """Write Keras's word, or the layer where alpha is not 1."""
    if activation.alpha == 1.0:
        return '"elu"'
    return call("ELU", alpha=literal(activation.alpha))


@TABLE.rule(Selu, exact="keras.activations.selu")
def selu(activation: Selu) -> Expression:
    """Write Keras's word."""
    return '"selu"'


@TABLE.rule(Tanh, exact="keras.activations.tanh")
def tanh(activation: Tanh) -> Expression:
    """Write Keras's word."""
    return '"tanh"'


@TABLE.rule(Sigmoid, exact="keras.activations.sigmoid")
def sigmoid(activation: Sigmoid) -> Expression:
    """Write Keras's word."""
    return '"sigmoid"'


@TABLE.rule(Softmax, exact="keras.activations.softmax")
def softmax(activation: Softmax) -> Expression:
    """Write Keras's word."""
    return '"softmax"'
