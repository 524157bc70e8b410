"""The constructs: declared as specc's own are."""

from typing import ClassVar

from pydantic import Field

from specc.catalog.families import Activation, Constraint
from specc.catalog.types import Positive

__all__ = ["CONSTRUCTS", "Bounded", "Snake"]


class Snake(Activation):
    """The identity with a periodic ripple, for periodic functions."""

    keyword: ClassVar[str] = "snake"
    formula: ClassVar[str] = "f(x) = x + sin²(frequency · x) / frequency"
    reference: ClassVar[str] = "Ziyin et al. 2020, arXiv:2006.08195"
    example: ClassVar[str] = "Dense(8, activation = snake(2.0))"
    positional: ClassVar[tuple[str, ...]] = ("frequency",)

    frequency: Positive = Field(default=1.0, description="of the ripple")


class Bounded(Constraint):
    """Keeps each entry of a weight between two bounds of one size."""

    keyword: ClassVar[str] = "bounded"
    formula: ClassVar[str] = "w ← min(max(w, −limit), limit)"
    reference: ClassVar[str] = "Arjovsky et al. 2017, arXiv:1701.07875"
    example: ClassVar[str] = "Dense(8, kernel_constraint = bounded(0.1))"
    positional: ClassVar[tuple[str, ...]] = ("limit",)

    limit: Positive = Field(default=0.01, description="largest absolute value")


CONSTRUCTS = (Snake, Bounded)
