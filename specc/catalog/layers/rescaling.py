"""A layer that makes real numbers of any, on another scale."""

from typing import ClassVar

from pydantic import Field

from ..types import REAL, DType
from .layer import Layer

__all__ = ["Rescaling"]


class Rescaling(Layer):
    """Multiplies its input by a number and adds one; whole numbers and truths become real.

    Input: any shape and type. Output: the same shape, in the precision of the training.
    True is 1, false 0.
    """

    keyword: ClassVar[str] = "Rescaling"
    formula: ClassVar[str] = "y = x · scale + offset"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "Rescaling(1 / 255)"
    positional: ClassVar[tuple[str, ...]] = ("scale",)

    scale: float = Field(description="what every entry is multiplied by")
    offset: float = Field(default=0.0, description="what is added then")

    def output_type(self, inputs: tuple[DType, ...]) -> DType:
        return REAL
