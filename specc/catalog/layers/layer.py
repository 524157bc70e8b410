"""What every layer declares besides its arguments: its shape rule, weights, buffers and streams."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import model_validator

from ..construct import Construct, Model
from ..families import Activation
from ..types import (
    REAL,
    ConstraintArg,
    DType,
    InitializerArg,
    RegularizerArg,
    Shape,
)

__all__ = [
    "BufferSlot",
    "Layer",
    "ShapeError",
    "StreamSlot",
    "WeightSlot",
    "is_real",
    "kept_type",
    "sizes",
]


class ShapeError(ValueError):
    """The shapes of a layer's inputs do not fit it; the message says what was expected."""


class WeightSlot(Model):
    """An array that training changes.

    `shape` is canonical: a dense kernel is (in, out), a convolution's (height, width,
    in, out). `fan_in` and `fan_out` count the inputs of one output and the outputs of
    one input; initializers scale by them.
    """

    name: str
    shape: tuple[int, ...]
    fan_in: int
    fan_out: int
    initializer: InitializerArg
    regularizer: RegularizerArg | None = None
    constraint: ConstraintArg | None = None


class BufferSlot(Model):
    """An array that the forward pass in training mode changes; no gradient reaches it.

    `field` is the argument that says how it moves, if one does.
    """

    name: str
    shape: tuple[int, ...]
    initial: float
    field: str = ""


class StreamSlot(Model):
    """Random words that the layer takes from its own stream at every training step.

    Emitted programs draw one mask for a layer from them, of a stream called ``keep``.
    """

    name: str


def sizes(shape: Shape, what: str) -> tuple[int, ...]:
    """The dimensions as numbers.

    Raises:
        ShapeError: a dimension is known only at run time.
    """
    for dim in shape:
        if isinstance(dim, str):
            raise ShapeError(
                f"{what} needs known sizes, but {dim} is known only at run time"
            )
    return tuple(int(dim) for dim in shape)


def is_real(dtype: DType) -> bool:
    """Whether a type is one of real numbers."""
    return dtype.startswith("float")


def kept_type(inputs: tuple[DType, ...], what: str) -> DType:
    """The type of what only rearranges its inputs.

    Raises:
        ShapeError: they are of several types.
    """
    plain: list[DType] = [REAL if is_real(dtype) else dtype for dtype in inputs]
    if len(set(plain)) > 1:
        raise ShapeError(
            f"{what} takes inputs of one type; these are {', '.join(inputs)}"
        )
    return plain[0] if plain else REAL


class Layer(Construct):
    """A function of tensors that may own weights.

    Shapes are those of one example: the batch dimension is never written.
    """

    family: ClassVar[str] = "layer"
    #: How many tensors it takes: exactly one, or two and more of them.
    takes: ClassVar[str] = "one"
    #: Whether it computes something else in training than in inference.
    has_training_mode: ClassVar[bool] = False
    #: Whether what it makes of probabilities are probabilities still: it rearranges,
    #: leaves out or averages values, where it has no activation of its own.
    passes_values: ClassVar[bool] = False
    #: Whether it goes along its first axis, time, with a state that it hands on: gradients
    #: then flow through all steps.
    recurrent: ClassVar[bool] = False
    #: What the arguments of a weight begin with, where that is not the weight's name.
    arguments_of: ClassVar[dict[str, str]] = {}
    #: Weights that may be left out, each with the argument that leaves it out if false.
    #: Arguments that begin with the weight's name and ``_`` are for that weight.
    optional_weights: ClassVar[dict[str, str]] = {}

    @classmethod
    def idle(cls, values: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(
            name
            for weight, switch in cls.optional_weights.items()
            if values.get(switch) is False
            for name in cls.model_fields
            if name.startswith(f"{weight}_")
        )

    @classmethod
    def argument(cls, weight: str, what: str) -> str:
        """The argument that says something of a weight: its ``initializer``, for example."""
        return f"{cls.arguments_of.get(weight, weight)}_{what}"

    @model_validator(mode="after")
    def _no_idle_argument(self) -> Self:
        for name in self.idle(self.__dict__):
            if getattr(self, name) != type(self).model_fields[name].default:
                raise ValueError(f"{name} is for a weight that is left out")
        return self

    @classmethod
    def suited(cls, inputs: tuple[Shape, ...]) -> tuple[dict[str, Any], ...]:
        """Arguments of which some must be chosen to fit just these inputs, as choices.

        Empty for layers that fit by what the types of their fields allow.
        """
        return ()

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        """The shape of the output.

        Raises:
            ShapeError: the inputs do not fit.
        """
        return inputs[0]

    def output_type(self, inputs: tuple[DType, ...]) -> DType:
        """The type of the output; most layers take real numbers and give such.

        Raises:
            ShapeError: the inputs hold something else.
        """
        for dtype in inputs:
            if not is_real(dtype):
                raise ShapeError(
                    f"{self.keyword} takes real numbers, and this is {dtype}; Rescaling(1)"
                    " makes real numbers of it, as does an input of type float32"
                )
        return REAL

    def weights(self, inputs: tuple[Shape, ...]) -> tuple[WeightSlot, ...]:
        """The weights it owns, given the shapes of its inputs."""
        return ()

    def buffers(self, inputs: tuple[Shape, ...]) -> tuple[BufferSlot, ...]:
        """The buffers it owns, given the shapes of its inputs."""
        return ()

    def streams(self) -> tuple[StreamSlot, ...]:
        """The random streams it draws from in training."""
        return ()

    def kept(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """Shapes of what it keeps for the gradient besides its inputs and its output."""
        return ()

    def gives(self) -> Activation | None:
        """The activation whose values its output holds: its argument `activation`."""
        found = self.__dict__.get("activation")
        return found if isinstance(found, Activation) else None

    def ending(self) -> Activation | None:
        """The activation that it applies to its result, last and once.

        None where the activation is part of what it does at every step.
        """
        return None if self.recurrent else self.gives()
