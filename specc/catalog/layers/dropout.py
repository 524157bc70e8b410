"""Layers that drop units at random in training."""

from typing import ClassVar

from pydantic import Field

from ..types import Fraction
from .layer import Layer, StreamSlot

__all__ = ["AlphaDropout", "Dropout"]


class Dropout(Layer):
    """Sets each entry to zero with probability `rate` in training and rescales the rest.

    Input: any shape. Output: the same shape. In inference it changes nothing.
    """

    keyword: ClassVar[str] = "Dropout"
    formula: ClassVar[str] = "y = keep · x / (1 − rate), keep ~ Bernoulli(1 − rate)"
    reference: ClassVar[str] = (
        "Srivastava et al. 2014, jmlr.org/papers/v15/srivastava14a"
    )
    example: ClassVar[str] = "Dropout(0.2)"
    passes_values: ClassVar[bool] = True
    positional: ClassVar[tuple[str, ...]] = ("rate",)
    has_training_mode: ClassVar[bool] = True

    rate: Fraction = Field(description="probability that an entry is dropped")

    def streams(self) -> tuple[StreamSlot, ...]:
        return (StreamSlot(name="keep"),) if self.rate else ()


class AlphaDropout(Layer):
    """Dropout that keeps mean 0 and variance 1, for self-normalizing nets of SELU units.

    Dropped entries take SELU's negative limit, then all are mapped affinely.
    Input: any shape. Output: the same shape. In inference it changes nothing.
    """

    keyword: ClassVar[str] = "AlphaDropout"
    formula: ClassVar[str] = (
        "y = a · (keep · x + (1 − keep) · α′) + b, α′ = −1.7580993408473766,"
        " a = ((1 − rate) · (1 + rate · α′²))^(−1/2), b = −a · rate · α′"
    )
    reference: ClassVar[str] = "Klambauer et al. 2017, arXiv:1706.02515"
    example: ClassVar[str] = "AlphaDropout(0.1)"
    positional: ClassVar[tuple[str, ...]] = ("rate",)
    has_training_mode: ClassVar[bool] = True

    rate: Fraction = Field(description="probability that an entry is dropped")

    def streams(self) -> tuple[StreamSlot, ...]:
        return (StreamSlot(name="keep"),) if self.rate else ()
