"""Steps that change values; what they fit is fitted on the training part alone."""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from ..families import Transform
from ..types import Count, NameOf

__all__ = ["OneHot", "Rescale", "Standardize"]


def _names(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


Names = Annotated[
    tuple[Annotated[str, NameOf("binding")], ...], BeforeValidator(_names)
]


def _not_zero(value: float) -> float:
    if value == 0:
        raise ValueError("must not be 0, which would make all values the same")
    return value


Factor = Annotated[float, AfterValidator(_not_zero)]


class Standardize(Transform):
    """Subtracts the training part's mean and divides by its standard deviation.

    Mean and deviation are those of each entry over the training examples; a deviation of
    0 divides by 1. Without names, all inputs that are not integers. For a target, loss and
    metrics are those of the changed values; predictions are given in the data's units.
    """

    keyword: ClassVar[str] = "standardize"
    formula: ClassVar[str] = (
        "x ← (x − mean) / std, std of the population (divided by n)"
    )
    reference: ClassVar[str] = "LeCun et al. 1998, doi:10.1007/3-540-49430-8_2"
    example: ClassVar[str] = "standardize(image)"
    variadic: ClassVar[str | None] = "names"
    continuous: ClassVar[bool] = True

    names: Names = Field(
        default=(), description="bindings to change; none: all inputs but integers"
    )

    def applies_to(self) -> tuple[str, ...]:
        return self.names


class Rescale(Transform):
    """Multiplies by a scale and adds an offset.

    For a target, loss and metrics are those of the changed values; predictions are given
    in the data's units.
    """

    keyword: ClassVar[str] = "rescale"
    formula: ClassVar[str] = "x ← x · scale + offset"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "rescale(image, scale = 1 / 255)"
    variadic: ClassVar[str | None] = "names"

    names: Names = Field(
        default=(), description="bindings to change; none: all inputs but integers"
    )
    scale: Factor = Field(description="factor, not 0")
    offset: float = Field(default=0.0, description="what is added after")

    def applies_to(self) -> tuple[str, ...]:
        return self.names


class OneHot(Transform):
    """Turns class numbers into rows with a single one."""

    keyword: ClassVar[str] = "one_hot"
    formula: ClassVar[str] = "y[k] = 1 if k = class, else 0"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "one_hot(label, classes = 10)"
    variadic: ClassVar[str | None] = "names"
    vary: ClassVar[dict[str, Any]] = {"names": ("label",)}

    names: Names = Field(description="bindings to change")
    classes: Count = Field(description="number of classes")

    def applies_to(self) -> tuple[str, ...]:
        return self.names
