"""Regularizers: how the object that computes each is written."""

from __future__ import annotations

from specc.catalog.regularizers.norms import L1, L1L2, L2
from specc.emit.source import Expression, call, literal

from .plan import TABLE

__all__: list[str] = []


@TABLE.rule(L1, emulated=L1.formula)
def l1(regularizer: L1) -> Expression:
    """Write the penalty on absolute values."""
    return call("L1", factor=literal(regularizer.factor))


@TABLE.rule(L2, emulated=L2.formula)
def l2(regularizer: L2) -> Expression:
    """Write the penalty on squares."""
    return call("L2", factor=literal(regularizer.factor))


@TABLE.rule(L1L2, emulated=L1L2.formula)
def l1_l2(regularizer: L1L2) -> Expression:
    """Write both penalties."""
    return call("L1L2", l1=literal(regularizer.l1), l2=literal(regularizer.l2))
