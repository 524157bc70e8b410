"""A bound on the norm of each unit's incoming weights."""

from typing import ClassVar

from pydantic import Field

from ..families import Constraint
from ..types import Axes, Positive

__all__ = ["MaxNorm"]


class MaxNorm(Constraint):
    """Scales a weight down so that its norm over `axis` does not exceed `max_value`.

    The 1e-7 keeps the quotient finite and shrinks every weight a trifle, also below the
    bound. Axes are those of the canonical layout: 0 for a dense kernel (in, out),
    [0, 1, 2] for a convolution's (height, width, in, out).
    """

    keyword: ClassVar[str] = "max_norm"
    formula: ClassVar[str] = (
        "w ← w · clip(n, 0, max_value) / (1e-7 + n), n = √(Σ w² over axis)"
    )
    reference: ClassVar[str] = (
        "Srebro et al. 2005; Srivastava et al. 2014, jmlr.org/papers/v15/srivastava14a"
    )
    example: ClassVar[str] = "Dense(8, kernel_constraint = max_norm(1.0))"
    positional: ClassVar[tuple[str, ...]] = ("max_value",)
    vary: ClassVar[dict[str, object]] = {"max_value": 0.25, "axis": (1,)}

    max_value: Positive = Field(default=2.0, description="largest norm allowed")
    axis: Axes = Field(default=(0,), description="axes that the norm is taken over")

    def axes(self) -> tuple[int, ...]:
        return self.axis
