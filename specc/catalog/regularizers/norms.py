"""Penalties on the size of a weight's entries."""

from typing import ClassVar

from pydantic import Field

from ..families import Regularizer
from ..types import NonNegative

__all__ = ["L1", "L1L2", "L2"]


class L1(Regularizer):
    """Penalty on absolute values, which drives entries to zero."""

    keyword: ClassVar[str] = "l1"
    formula: ClassVar[str] = "factor · Σ |w|"
    reference: ClassVar[str] = "Tibshirani 1996, doi:10.1111/j.2517-6161.1996.tb02080.x"
    example: ClassVar[str] = "Dense(8, kernel_regularizer = l1(0.01))"
    positional: ClassVar[tuple[str, ...]] = ("factor",)

    factor: NonNegative = Field(default=0.01, description="weight of the penalty")


class L2(Regularizer):
    """Penalty on squares, without the half that some texts put before it."""

    keyword: ClassVar[str] = "l2"
    formula: ClassVar[str] = "factor · Σ w²"
    reference: ClassVar[str] = (
        "Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634"
    )
    example: ClassVar[str] = "Dense(8, kernel_regularizer = l2(0.01))"
    positional: ClassVar[tuple[str, ...]] = ("factor",)

    factor: NonNegative = Field(default=0.01, description="weight of the penalty")


class L1L2(Regularizer):
    """Both penalties at once."""

    keyword: ClassVar[str] = "l1_l2"
    formula: ClassVar[str] = "l1 · Σ |w| + l2 · Σ w²"
    reference: ClassVar[str] = (
        "Zou and Hastie 2005, doi:10.1111/j.1467-9868.2005.00503.x"
    )
    example: ClassVar[str] = (
        "Dense(8, kernel_regularizer = l1_l2(l1 = 0.01, l2 = 0.01))"
    )
    positional: ClassVar[tuple[str, ...]] = ("l1", "l2")

    l1: NonNegative = Field(default=0.01, description="weight of the absolute values")
    l2: NonNegative = Field(default=0.01, description="weight of the squares")
