"""Activations: how the object that computes each is written."""

from __future__ import annotations

from specc.catalog.activations.linear import Linear
from specc.catalog.activations.rectifiers import Elu, LeakyRelu, Relu, Selu
from specc.catalog.activations.squashing import Sigmoid, Softmax, Tanh
from specc.emit.source import Expression, call, literal

from .plan import TABLE

__all__: list[str] = []


@TABLE.rule(Linear, emulated=Linear.formula)
def linear(activation: Linear) -> Expression:
    """Write the identity."""
    return call("Linear")


@TABLE.rule(Relu, emulated=Relu.formula)
def relu(activation: Relu) -> Expression:
    """Write the rectifier."""
    return call("Relu")


@TABLE.rule(LeakyRelu, emulated=LeakyRelu.formula)
def leaky_relu(activation: LeakyRelu) -> Expression:
    """Write the leaky rectifier."""
    return call("LeakyRelu", negative_slope=literal(activation.negative_slope))


@TABLE.rule(Elu, emulated=Elu.formula)
def elu(activation: Elu) -> Expression:
    """Write the exponential linear unit."""
    return call("Elu", alpha=literal(activation.alpha))


@TABLE.rule(Selu, emulated=Selu.formula)
def selu(activation: Selu) -> Expression:
    """Write the scaled exponential linear unit."""
    return call("Selu")


@TABLE.rule(Tanh, emulated=Tanh.formula)
def tanh(activation: Tanh) -> Expression:
    """Write the hyperbolic tangent."""
    return call("Tanh")


@TABLE.rule(Sigmoid, emulated=Sigmoid.formula)
def sigmoid(activation: Sigmoid) -> Expression:
    """Write the logistic function."""
    return call("Sigmoid")


@TABLE.rule(Softmax, emulated=Softmax.formula)
def softmax(activation: Softmax) -> Expression:
    """Write the softmax over the last axis."""
    return call("Softmax")
