"""How activations are written: as modules."""

from __future__ import annotations

from specc.catalog.activations.linear import Linear
from specc.catalog.activations.rectifiers import Elu, LeakyRelu, Relu, Selu
from specc.catalog.activations.squashing import Sigmoid, Softmax, Tanh
from specc.catalog.layers import Activation
from specc.emit.source import Call, call, literal

from .plan import TABLE

__all__: list[str] = []

# Each takes the dimension that holds the last axis of an example.


@TABLE.rule(
    Linear,
    exact="torch.nn.Identity, or nothing",
    here=lambda use: "torch.nn.Identity" if isinstance(use.within, Activation) else "",
)
def linear(_: Linear, dim: int) -> Call:
    """Write the identity."""
    return call("nn.Identity")


@TABLE.rule(Relu, exact="torch.nn.ReLU")
def relu(_: Relu, dim: int) -> Call:
    """Write max(x, 0)."""
    return call("nn.ReLU")


@TABLE.rule(LeakyRelu, exact="torch.nn.LeakyReLU")
def leaky_relu(activation: LeakyRelu, dim: int) -> Call:
    """Write ReLU with a slope below zero."""
    return call("nn.LeakyReLU", negative_slope=literal(activation.negative_slope))


@TABLE.rule(Elu, exact="torch.nn.ELU")
def elu(activation: Elu, dim: int) -> Call:
    """Write the exponential linear unit."""
    return call("nn.ELU", alpha=literal(activation.alpha))


@TABLE.rule(
    Selu,
    emulated="its derivative at 0 is that of the right half, 1.0507"
    " (torch.nn.SELU has the left one's, 1.7581)",
)
def selu(_: Selu, dim: int) -> Call:
    """Write the scaled exponential linear unit."""
    return call("SELU")


@TABLE.rule(Tanh, exact="torch.nn.Tanh")
def tanh(_: Tanh, dim: int) -> Call:
    """Write the hyperbolic tangent."""
    return call("nn.Tanh")


@TABLE.rule(Sigmoid, exact="torch.nn.Sigmoid")
def sigmoid(_: Sigmoid, dim: int) -> Call:
    """Write the logistic function."""
    return call("nn.Sigmoid")


@TABLE.rule(Softmax, exact="torch.nn.Softmax")
def softmax(_: Softmax, dim: int) -> Call:
    """Write the softmax of the last axis."""
    return call("nn.Softmax", dim=literal(dim))
