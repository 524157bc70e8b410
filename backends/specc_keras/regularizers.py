"""Regularizers: the object that computes each."""

from __future__ import annotations

from specc.catalog.regularizers.norms import L1, L1L2, L2
from specc.emit.source import Expression, call, literal

from .plan import TABLE

__all__: list[str] = []

_ROUNDS = "; Keras's own rounds the factor to float32"


@TABLE.rule(L1, emulated=L1.formula + _ROUNDS)
def l1(regularizer: L1) -> Expression:
    """Write the sum of absolute values."""
    return call("L1", literal(regularizer.factor))


@TABLE.rule(L2, emulated=L2.formula + _ROUNDS)
def l2(regularizer: L2) -> Expression:
    """Write the sum of squares."""
    return call("L2", literal(regularizer.factor))


@TABLE.rule(L1L2, emulated=L1L2.formula + _ROUNDS)
def l1_l2(regularizer: L1L2) -> Expression:
    """Write both."""
    return call("L1L2", l1=literal(regularizer.l1), l2=literal(regularizer.l2))
