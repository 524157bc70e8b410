"""A rate that does not change."""

from typing import ClassVar

from pydantic import Field

from ..families import Schedule
from ..types import NonNegative

__all__ = ["Constant"]


class Constant(Schedule):
    """One learning rate throughout; a plain number means this."""

    keyword: ClassVar[str] = "constant"
    formula: ClassVar[str] = "lr(t) = value"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "optimizer = sgd(constant(0.01))"
    positional: ClassVar[tuple[str, ...]] = ("value",)

    value: NonNegative = Field(description="the learning rate")

    def first_rate(self) -> float:
        return self.value
