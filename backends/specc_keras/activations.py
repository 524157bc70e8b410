"""Activations: the word that Keras has for each, or the layer that computes it."""

from __future__ import annotations

from specc.catalog.activations.linear import Linear
from specc.catalog.activations.rectifiers import Elu, LeakyRelu, Relu, Selu
from specc.catalog.activations.squashing import Sigmoid, Softmax, Tanh
from specc.emit.source import Expression, call, literal

from .plan import TABLE

__all__: list[str] = []


@TABLE.rule(Linear, exact="no activation")
def linear(activation: Linear) -> Expression:
    """Write Keras's word."""
    return '"linear"'


@TABLE.rule(Relu, exact='activation="relu"')
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


@TABLE.rule(Elu, exact='activation="elu", or keras.layers.ELU where alpha is not 1')
def elu(activation: Elu) -> Expression:
    """Write Keras's word, or the layer where alpha is not 1."""
    if activation.alpha == 1.0:
        return '"elu"'
    return call("ELU", alpha=literal(activation.alpha))


@TABLE.rule(Selu, exact='activation="selu"')
def selu(activation: Selu) -> Expression:
    """Write Keras's word."""
    return '"selu"'


@TABLE.rule(Tanh, exact='activation="tanh"')
def tanh(activation: Tanh) -> Expression:
    """Write Keras's word."""
    return '"tanh"'


@TABLE.rule(Sigmoid, exact='activation="sigmoid"')
def sigmoid(activation: Sigmoid) -> Expression:
    """Write Keras's word."""
    return '"sigmoid"'


@TABLE.rule(Softmax, exact='activation="softmax"')
def softmax(activation: Softmax) -> Expression:
    """Write Keras's word."""
    return '"softmax"'
