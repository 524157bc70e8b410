"""RMSprop."""

import math
from typing import ClassVar

from pydantic import Field

from ..families import Optimizer
from ..schedules.constant import Constant
from ..types import Fraction, Positive, ScheduleArg

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    """Divides gradients by a running root mean square of themselves.

    Slots: mean_square; momentum where it is not 0; mean_gradient where centered.
    """

    keyword: ClassVar[str] = "rmsprop"
    adaptive: ClassVar[bool] = True
    formula: ClassVar[str] = (
        "s ← ρ·s + (1 − ρ)·g²; d = s, centered: a ← ρ·a + (1 − ρ)·g, d = s − a²;"
        " u = lr·g / √(d + ε); w ← w − u, momentum: q ← m·q + u, w ← w − q"
    )
    reference: ClassVar[str] = "Tieleman and Hinton 2012, Coursera lecture 6.5"
    example: ClassVar[str] = "optimizer = rmsprop(0.001, rho = 0.9)"
    positional: ClassVar[tuple[str, ...]] = ("learning_rate",)

    learning_rate: ScheduleArg = Field(
        default=Constant(value=0.001), description="a number, or a schedule"
    )
    rho: Fraction = Field(default=0.9, description="share of the mean square kept (ρ)")
    momentum: Fraction = Field(
        default=0.0, description="share of the last update kept (m)"
    )
    epsilon: Positive = Field(default=1e-7, description="added under the root (ε)")
    centered: bool = Field(
        default=False,
        description="whether the gradient's mean is taken from its square",
    )

    def slots(self) -> tuple[str, ...]:
        found = ["mean_square"]
        if self.momentum:
            found.append("momentum")
        if self.centered:
            found.append("mean_gradient")
        return tuple(found)

    def rate_slot(self) -> tuple[str, float] | None:
        return ("momentum", self.momentum) if self.momentum else None

    def reach(self, gradient: float) -> float:
        # The centered mean square may be 0 however large the gradients are.
        most = gradient / math.sqrt(self.epsilon)
        if not self.centered:
            most = min(most, 1.0 / math.sqrt(1.0 - self.rho))
        return most / (1.0 - self.momentum)
