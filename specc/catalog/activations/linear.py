"""The identity."""

from typing import ClassVar

from ..families import Activation

__all__ = ["Linear"]


class Linear(Activation):
    """The identity: no activation."""

    keyword: ClassVar[str] = "linear"
    formula: ClassVar[str] = "f(x) = x"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "Dense(8, activation = linear)"
