"""A construct where a program uses it."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalog.construct import Construct
from ..catalog.families import Loss
from ..catalog.types import Shape
from ..ir import Objective

__all__ = ["Use"]


@dataclass(frozen=True)
class Use:
    """A construct in a program; `owner` and `field` are keys of `specc.ir.Origins`.

    `within` is the construct that has it as an argument. What belongs to a layer knows
    the `shapes` that first reach this, and whether it is called but once; what belongs to
    an output knows the `objective`.
    """

    owner: str
    field: str
    construct: Construct
    within: Construct | None = None
    shapes: tuple[Shape, ...] = ()
    once: bool = True
    objective: Objective | None = None

    @property
    def takes_logits(self) -> bool:
        """Whether a loss is computed from logits."""
        given = isinstance(self.construct, Loss) and self.construct.takes_logits()
        return given or (self.objective is not None and self.objective.logits)
