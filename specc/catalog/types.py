"""Types of arguments: ranges, quantities with units, and members of a family."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializeAsAny,
)

from .construct import Model
from .families import (
    Activation,
    Constraint,
    Initializer,
    Loss,
    Metric,
    Optimizer,
    Regularizer,
    ScheduleArg,
    Source,
)
from .member import Member, is_number

__all__ = [
    "MOST_AXES",
    "REAL",
    "ActivationArg",
    "Axes",
    "ConstraintArg",
    "Count",
    "DType",
    "Dim",
    "Duration",
    "Epochs",
    "Fraction",
    "Frozen",
    "InitializerArg",
    "LossArg",
    "Member",
    "MetricArg",
    "NameOf",
    "NonNegative",
    "OptimizerArg",
    "Pair",
    "Portion",
    "Positive",
    "RegularizerArg",
    "ScheduleArg",
    "Shape",
    "SomeEpochs",
    "SourceArg",
    "Stretch",
    "Units",
]

#: One dimension: a size, or the name of a size that is known only at run time.
Dim = int | str
#: The shape of one example; the batch dimension is never part of it.
Shape = tuple[Dim, ...]

#: What the entries of a tensor are.
DType = Literal["float32", "float64", "int32", "int64", "bool"]
#: Real numbers within a model, in whatever precision it is computed.
REAL: DType = "float32"

#: Axes of one example: what every backend can take, with room for the batch.
MOST_AXES = 8

Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
#: A share from 0, included, to 1, excluded (a dropout rate, a momentum).
Fraction = Annotated[float, Field(ge=0, lt=1)]


#: The longest stretch of training, in either unit, and the shortest that rates change in.
#: Numbers of updates are exact in float64 up to the longest, and their quotients by the
#: shortest are finite.
SHORTEST, LONGEST = 1e-6, 1e15


class Duration(Model):
    """A stretch of training: so many steps (updates) or epochs."""

    value: Annotated[float, Field(ge=0, le=LONGEST)]
    unit: Literal["steps", "epochs"]

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}"


class Portion(Model):
    """A part of a data set: a share of its examples, or so many of them."""

    value: Annotated[float, Field(gt=0)]
    unit: Literal["%", "examples"]

    def count(self, total: int) -> int:
        """How many of `total` examples this is (a share is rounded half up)."""
        if self.unit == "examples":
            return int(self.value)
        return int(total * self.value / 100 + 0.5)

    def __str__(self) -> str:
        return f"{self.value:g}%" if self.unit == "%" else f"{self.value:g} examples"


def _whole(value: Duration) -> Duration:
    if value.unit != "epochs" or value.value != int(value.value):
        raise ValueError("must be a whole number of epochs, such as 10 epochs")
    return value


def _whole_epochs(value: Duration) -> Duration:
    if value.value < 1:
        raise ValueError("must be a whole number of epochs, at least 1")
    return _whole(value)


def _lasts(value: Duration) -> Duration:
    if value.value < SHORTEST:
        raise ValueError(f"must be at least {SHORTEST:g} {value.unit}")
    return value


@dataclass(frozen=True)
class Units:
    """Marks a quantity that takes only some of its type's units, and how little of them."""

    names: tuple[str, ...]
    least: float = 1


#: A duration that is not zero.
Stretch = Annotated[Duration, AfterValidator(_lasts)]
Epochs = Annotated[Duration, AfterValidator(_whole_epochs), Units(("epochs",))]
#: Epochs that may be none.
SomeEpochs = Annotated[Duration, AfterValidator(_whole), Units(("epochs",), least=0)]


def _pair(value: Any) -> Any:
    if is_number(value):
        return (value, value)
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _tuple(value: Any) -> Any:
    if is_number(value):
        return (value,)
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


#: Two sizes, height and width; one number stands for both.
Pair = Annotated[tuple[Count, Count], BeforeValidator(_pair)]


def _some(axes: tuple[int, ...]) -> tuple[int, ...]:
    if not axes:
        raise ValueError("must name at least one axis")
    return axes


#: Axes of a tensor, one at least; one number stands for a list of one.
Axes = Annotated[tuple[int, ...], AfterValidator(_some), BeforeValidator(_tuple)]


@dataclass(frozen=True)
class NameOf:
    """Marks a text that a spec writes as a bare word: the name of a `thing`.

    Things: ``figure`` (a key of the history), ``binding``, ``field`` (of a source),
    ``layer or weight``.
    """

    thing: str


def _listed(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


#: Names or patterns of layers and weights; one may stand alone.
Frozen = Annotated[
    tuple[Annotated[str, NameOf("layer or weight")], ...], BeforeValidator(_listed)
]

ActivationArg = Annotated[SerializeAsAny[Activation], Member("activation")]
InitializerArg = Annotated[SerializeAsAny[Initializer], Member("initializer")]
RegularizerArg = Annotated[SerializeAsAny[Regularizer], Member("regularizer")]
ConstraintArg = Annotated[SerializeAsAny[Constraint], Member("constraint")]
LossArg = Annotated[SerializeAsAny[Loss], Member("loss")]
MetricArg = Annotated[SerializeAsAny[Metric], Member("metric")]
OptimizerArg = Annotated[SerializeAsAny[Optimizer], Member("optimizer")]
SourceArg = Annotated[SerializeAsAny[Source], Member("source")]
