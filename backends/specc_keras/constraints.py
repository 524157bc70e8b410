"""Constraints: the object that computes each."""

from __future__ import annotations

from specc.catalog.constraints.max_norm import MaxNorm
from specc.emit.source import Expression, call, literal

from .plan import TABLE

__all__: list[str] = []


@TABLE.rule(MaxNorm, exact="keras.constraints.MaxNorm")
def max_norm(constraint: MaxNorm) -> Expression:
    """Write Keras's constraint."""
    axis = constraint.axis[0] if len(constraint.axis) == 1 else list(constraint.axis)
    return call(
        "keras.constraints.MaxNorm",
        max_value=literal(constraint.max_value),
        axis=literal(axis),
    )
