"""How penalties on weights are written: their value, and their derivative by formula."""

from __future__ import annotations

from specc.catalog.regularizers.norms import L1, L1L2, L2
from specc.emit.source import Call, call, literal

from .plan import TABLE

__all__: list[str] = []

# Each takes the expression for a weight, and gives the call that computes the penalty and
# the one that adds its derivative to the weight's gradient.

_EXACT = "torch.linalg.vector_norm; the derivative by formula"


@TABLE.rule(L1, exact=_EXACT)
def l1(regularizer: L1, weight: str) -> tuple[Call, Call]:
    """Write factor · Σ |w|."""
    factor = literal(regularizer.factor)
    return call("l1_penalty", weight, factor), call("add_l1_gradient", weight, factor)


@TABLE.rule(L2, exact=_EXACT + " (weight_decay would add half of it)")
def l2(regularizer: L2, weight: str) -> tuple[Call, Call]:
    """Write factor · Σ w²."""
    factor = literal(regularizer.factor)
    return call("l2_penalty", weight, factor), call("add_l2_gradient", weight, factor)


@TABLE.rule(L1L2, exact=_EXACT)
def l1_l2(regularizer: L1L2, weight: str) -> tuple[Call, Call]:
    """Write l1 · Σ |w| + l2 · Σ w²."""
    factors = {"l1": literal(regularizer.l1), "l2": literal(regularizer.l2)}
    return (
        call("l1_l2_penalty", weight, **factors),
        call("add_l1_l2_gradient", weight, **factors),
    )
