# PyTorch's stubs leave some types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Penalties on weights, with their derivatives by formula.

Autograd would pass over each weight several times and set memory aside each time; for
the small models that regularizers serve, that is a good part of a training step.
"""

import torch
from torch import Tensor, nn


def l1_penalty(weight: Tensor, factor: float) -> Tensor:
    """Return factor · Σ |w|."""
    return factor * torch.linalg.vector_norm(weight, ord=1)


def add_l1_gradient(weight: nn.Parameter, factor: float) -> None:
    """Add factor · sign(w) to the gradient of a weight."""
    assert weight.grad is not None, "call backward() first"
    weight.grad.add_(weight.sign(), alpha=factor)


def l2_penalty(weight: Tensor, factor: float) -> Tensor:
    """Return factor · Σ w²; there is no half in it."""
    return factor * torch.linalg.vector_norm(weight).square()


def add_l2_gradient(weight: nn.Parameter, factor: float) -> None:
    """Add 2 · factor · w to the gradient of a weight."""
    assert weight.grad is not None, "call backward() first"
    weight.grad.add_(weight, alpha=2.0 * factor)


def l1_l2_penalty(weight: Tensor, l1: float, l2: float) -> Tensor:
    """Return l1 · Σ |w| + l2 · Σ w²."""
    return l1_penalty(weight, l1) + l2_penalty(weight, l2)


def add_l1_l2_gradient(weight: nn.Parameter, l1: float, l2: float) -> None:
    """Add l1 · sign(w) + 2 · l2 · w to the gradient of a weight."""
    add_l1_gradient(weight, l1)
    add_l2_gradient(weight, l2)
