"""Initializers that draw nothing."""

from typing import ClassVar

from pydantic import Field

from ..families import Initializer

__all__ = ["Constant", "Ones", "Zeros"]


class Zeros(Initializer):
    """All zeros."""

    keyword: ClassVar[str] = "zeros"
    formula: ClassVar[str] = "w = 0"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "Dense(8, bias_initializer = zeros)"

    def follows(self, fan_in: int, fan_out: int) -> float:
        return 0.0


class Ones(Initializer):
    """All ones."""

    keyword: ClassVar[str] = "ones"
    formula: ClassVar[str] = "w = 1"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "BatchNormalization(gamma_initializer = ones)"

    def follows(self, fan_in: int, fan_out: int) -> float:
        return 1.0


class Constant(Initializer):
    """One number everywhere."""

    keyword: ClassVar[str] = "constant"
    formula: ClassVar[str] = "w = value"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "Dense(8, bias_initializer = constant(0.1))"
    positional: ClassVar[tuple[str, ...]] = ("value",)

    value: float = Field(description="the number")

    def follows(self, fan_in: int, fan_out: int) -> float:
        return self.value
