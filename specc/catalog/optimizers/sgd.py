"""Stochastic gradient descent."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from ..families import Optimizer
from ..schedules.constant import Constant
from ..types import Fraction, ScheduleArg

__all__ = ["SGD"]


class SGD(Optimizer):
    """Stochastic gradient descent, plain or with (Nesterov) momentum.

    The velocity contains the learning rate, so a falling rate slows new gradients, not
    the motion gathered before. Slot: velocity.
    """

    keyword: ClassVar[str] = "sgd"
    formula: ClassVar[str] = (
        "w ← w − lr·g; momentum: v ← m·v − lr·g, w ← w + v;"
        " nesterov: v ← m·v − lr·g, w ← w + m·v − lr·g"
    )
    reference: ClassVar[str] = (
        "Robbins and Monro 1951, doi:10.1214/aoms/1177729586; Sutskever et al. 2013,"
        " proceedings.mlr.press/v28/sutskever13"
    )
    example: ClassVar[str] = "optimizer = sgd(0.01, momentum = 0.9, nesterov = true)"
    positional: ClassVar[tuple[str, ...]] = ("learning_rate",)

    learning_rate: ScheduleArg = Field(
        default=Constant(value=0.01), description="a number, or a schedule"
    )
    momentum: Fraction = Field(default=0.0, description="share of the velocity kept")
    nesterov: bool = Field(
        default=False, description="whether to look ahead along the velocity"
    )

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> Self:
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum, such as momentum = 0.9")
        return self

    def slots(self) -> tuple[str, ...]:
        return ("velocity",) if self.momentum else ()

    def rate_slot(self) -> tuple[str, float] | None:
        return ("velocity", self.momentum) if self.momentum else None

    def reach(self, gradient: float) -> float:
        return gradient / (1.0 - self.momentum)
