"""Constraints: how the object that computes each is written."""

from __future__ import annotations

from specc.catalog.constraints.max_norm import MaxNorm
from specc.emit.source import Expression, call, literal

from .plan import TABLE

__all__: list[str] = []


@TABLE.rule(MaxNorm, emulated=MaxNorm.formula)
def max_norm(constraint: MaxNorm) -> Expression:
    """Write the bound on a norm."""
    return call(
        "MaxNorm",
        max_value=literal(constraint.max_value),
        axis=literal(constraint.axis),
    )
