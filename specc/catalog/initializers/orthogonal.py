"""The initializer that draws orthogonal matrices."""

from typing import ClassVar

from pydantic import Field

from ..families import Initializer
from ..types import Positive

__all__ = ["Orthogonal"]


class Orthogonal(Initializer):
    """A matrix whose rows or columns, the fewer of them, are orthonormal, times a gain.

    All such matrices are equally likely. The last axis of a weight has the columns, the
    others together have the rows: a convolution's kernel (height, width, in, out) is a
    matrix (height · width · in, out), a bias (units) is one row.
    """

    keyword: ClassVar[str] = "orthogonal"
    formula: ClassVar[str] = (
        "w = gain · Q, with Q R a normal matrix of at least as many rows as columns and"
        " the diagonal of R positive; Q is transposed where w has fewer rows"
    )
    reference: ClassVar[str] = (
        "Saxe et al. 2014, arXiv:1312.6120; Mezzadri 2007, arXiv:math-ph/0609050"
    )
    example: ClassVar[str] = "Dense(8, kernel_initializer = orthogonal)"
    positional: ClassVar[tuple[str, ...]] = ("gain",)

    gain: Positive = Field(default=1.0, description="factor of the matrix")
