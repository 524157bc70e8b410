"""A rate that changes at given times."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from ..construct import Model
from ..families import ChangingSchedule
from ..types import NonNegative, Stretch

__all__ = ["Piece", "PiecewiseConstant"]


class Piece(Model):
    """A learning rate and how long it holds; the last piece holds to the end."""

    value: NonNegative
    span: Stretch | None = None


def _piece(item: Any) -> Any:
    if isinstance(item, int | float) and not isinstance(item, bool):
        return Piece(value=item)
    return item


def _pieces(value: Any) -> Any:
    return tuple(map(_piece, value)) if isinstance(value, list | tuple) else value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


class PiecewiseConstant(ChangingSchedule):
    """Holds one rate for so long, then the next; exactly N·steps updates for N epochs."""

    keyword: ClassVar[str] = "piecewise_constant"
    formula: ClassVar[str] = "lr(t) = valueₖ for Σ_{i<k} spanᵢ ≤ t < Σ_{i≤k} spanᵢ"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = (
        "optimizer = sgd(piecewise_constant(0.01 for 5 epochs, 0.005 for 10 epochs, 0.001))"
    )
    variadic: ClassVar[str | None] = "pieces"

    pieces: Annotated[tuple[Piece, ...], BeforeValidator(_pieces)] = Field(
        description="rates, each `for` a duration; the last one without"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.pieces or any(piece.span is None for piece in self.pieces[:-1]):
            raise ValueError(
                "every rate but the last needs a duration: 0.01 for 5 epochs"
            )
        if self.pieces[-1].span is not None:
            raise ValueError("the last rate holds to the end: give it no duration")
        return self

    def first_rate(self) -> float:
        return self.pieces[0].value
