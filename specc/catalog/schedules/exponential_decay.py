"""A rate that falls by a factor every so often."""

from typing import ClassVar

from pydantic import Field

from ..families import ChangingSchedule
from ..types import NonNegative, Positive, Stretch

__all__ = ["ExponentialDecay"]


class ExponentialDecay(ChangingSchedule):
    """Multiplies the rate by `rate` every `every`, smoothly or in steps."""

    keyword: ClassVar[str] = "exponential_decay"
    formula: ClassVar[str] = (
        "lr(t) = initial · rate^(t / every); staircase: rate^⌊t / every⌋"
    )
    reference: ClassVar[str] = "Senior et al. 2013, doi:10.1109/ICASSP.2013.6638963"
    example: ClassVar[str] = (
        "optimizer = sgd(exponential_decay(0.01, rate = 0.1, every = 20 epochs))"
    )
    positional: ClassVar[tuple[str, ...]] = ("initial",)

    initial: NonNegative = Field(description="the learning rate at the start")
    rate: Positive = Field(description="factor reached after `every`")
    every: Stretch = Field(description="time in which the rate falls by `rate`")
    staircase: bool = Field(
        default=False, description="whether it falls at once at the end of each `every`"
    )

    def first_rate(self) -> float:
        return self.initial
