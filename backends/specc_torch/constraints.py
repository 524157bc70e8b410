"""How projections of weights are written."""

from __future__ import annotations

from specc.catalog.constraints.max_norm import MaxNorm
from specc.emit.source import Call, call, literal

from .plan import TABLE

__all__: list[str] = []

# Each takes the expression for a weight and the order of its axes that is the canonical one.


@TABLE.rule(
    MaxNorm,
    emulated="w · clip(n, 0, max_value) / (1e-7 + n) as in Keras"
    " (torch.renorm changes only what exceeds the bound)",
)
def max_norm(constraint: MaxNorm, weight: str, axes: tuple[int, ...]) -> Call:
    """Write the bound on norms, over the tensor's dimensions that hold the axes."""
    dims = tuple(sorted(axes[axis] for axis in constraint.axis))
    return call("max_norm", weight, literal(constraint.max_value), dim=literal(dims))
