"""Steps that choose rows; they come before the split."""

import operator
from collections.abc import Callable, Iterable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ..construct import Model
from ..families import Transform
from ..types import Count, NameOf

__all__ = ["COMPARE", "Comparison", "Keep", "Take", "kept_classes"]

#: What the operators of a comparison do, to numbers and to arrays of them.
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Comparison(Model):
    """A field against a number."""

    field: Annotated[str, NameOf("field")]
    operator: Literal["<", "<=", ">", ">=", "==", "!="]
    value: float


class Keep(Transform):
    """Keeps the rows for which a comparison holds."""

    keyword: ClassVar[str] = "keep"
    formula: ClassVar[str] = "rows with field ⋈ value"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "keep(price < 500_000)"
    positional: ClassVar[tuple[str, ...]] = ("where",)
    vary: ClassVar[dict[str, Any]] = {
        "where": Comparison(field="price", operator="<", value=5e5)
    }
    chooses_rows: ClassVar[bool] = True

    where: Comparison = Field(description="comparison of a field with a number")

    def reads(self) -> tuple[str, ...]:
        return (self.where.field,)


class Take(Transform):
    """Keeps the first `count` rows of the seeded order."""

    keyword: ClassVar[str] = "take"
    formula: ClassVar[str] = "rows π(0), …, π(count − 1)"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "take(200)"
    positional: ClassVar[tuple[str, ...]] = ("count",)
    chooses_rows: ClassVar[bool] = True

    count: Count = Field(description="how many rows")


def kept_classes(
    transforms: Iterable[Transform], field: str, classes: int
) -> tuple[int, ...]:
    """Those of the class numbers 0 … classes − 1 of a field that each ``keep`` leaves."""
    left = tuple(range(classes))
    for step in transforms:
        if isinstance(step, Keep) and step.where.field == field:
            holds, value = COMPARE[step.where.operator], step.where.value
            left = tuple(number for number in left if holds(number, value))
    return left
