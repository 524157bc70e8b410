"""Convolution layers."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ..activations.linear import Linear
from ..initializers.constants import Zeros
from ..initializers.scaled import GlorotUniform
from ..types import (
    ActivationArg,
    ConstraintArg,
    Count,
    Dim,
    InitializerArg,
    Pair,
    RegularizerArg,
    Shape,
)
from .layer import Layer, ShapeError, WeightSlot, sizes

__all__ = ["Conv2D", "window_lengths"]


def window_lengths(
    shape: Shape,
    windows: tuple[int, int],
    strides: tuple[int, int],
    padding: str,
    what: str,
) -> Shape:
    """How many windows fit along height and width of an image.

    `same` pads with the odd element after. A size that is known only at run time stays
    what it is where there is a window for every place.

    Raises:
        ShapeError: the number follows from a size that is known only at run time.
    """
    found: list[Dim] = []
    axes = zip(("height", "width"), shape[:2], windows, strides, strict=True)
    for axis, size, window, stride in axes:
        if isinstance(size, int):
            fits = (
                -(-size // stride)
                if padding == "same"
                else (size - window) // stride + 1
            )
            found.append(fits)
        elif stride == 1 and (padding == "same" or window == 1):
            found.append(size)
        else:
            raise ShapeError(
                f"{what} needs a known {axis}, or padding = same and a stride of 1, which"
                f" keep it: {size} is known only at run time"
            )
    return tuple(found)


class Conv2D(Layer):
    """Two-dimensional convolution (cross-correlation) over images, channels last.

    Input: (height, width, in). Output: (height', width', filters).
    Weights: kernel (kernel height, kernel width, in / groups, filters), bias (filters).
    """

    keyword: ClassVar[str] = "Conv2D"
    formula: ClassVar[str] = (
        "y[i, j, o] = activation(Σ x[s·i + d·a − p, s·j + d·b − q, c] ·"
        " kernel[a, b, c, o] + bias[o])"
    )
    reference: ClassVar[str] = "LeCun et al. 1989, doi:10.1162/neco.1989.1.4.541"
    example: ClassVar[str] = (
        "Conv2D(32, kernel_size = 3, padding = same, activation = relu)"
    )
    positional: ClassVar[tuple[str, ...]] = ("filters", "kernel_size")
    optional_weights: ClassVar[dict[str, str]] = {"bias": "use_bias"}

    filters: Count = Field(description="number of output channels")
    kernel_size: Pair = Field(description="height and width of the window")
    strides: Pair = Field(
        default=(1, 1), description="step of the window along each axis"
    )
    padding: Literal["valid", "same"] = Field(
        default="valid",
        description="valid: windows lie inside the image; same: zeros are added so that"
        " the output has ceil(size / stride) positions, the odd one after",
    )
    dilation_rate: Pair = Field(
        default=(1, 1), description="distance between the taps of the window"
    )
    groups: Count = Field(
        default=1, description="number of groups of channels convolved apart"
    )
    activation: ActivationArg = Field(
        default=Linear(), description="function applied to the result"
    )
    use_bias: bool = Field(default=True, description="whether a bias is added")
    kernel_initializer: InitializerArg = Field(
        default=GlorotUniform(), description="initial values of the kernel"
    )
    bias_initializer: InitializerArg = Field(
        default=Zeros(), description="initial values of the bias"
    )
    kernel_regularizer: RegularizerArg | None = Field(
        default=None, description="penalty on the kernel"
    )
    bias_regularizer: RegularizerArg | None = Field(
        default=None, description="penalty on the bias"
    )
    kernel_constraint: ConstraintArg | None = Field(
        default=None, description="projection of the kernel after every update"
    )
    bias_constraint: ConstraintArg | None = Field(
        default=None, description="projection of the bias after every update"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError("strides and dilation_rate cannot both be greater than 1")
        if self.filters % self.groups:
            raise ValueError(f"filters must be a multiple of groups ({self.groups})")
        return self

    def reach(self) -> tuple[int, int]:
        """Height and width that one window spans, dilation included."""
        (height, width), (down, across) = self.kernel_size, self.dilation_rate
        return (height - 1) * down + 1, (width - 1) * across + 1

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        (shape,) = inputs
        if len(shape) != 3:
            raise ShapeError("Conv2D needs an input (height, width, channels)")
        (channels,) = sizes(shape[2:], "Conv2D")
        if channels % self.groups:
            raise ShapeError(
                f"Conv2D has {self.groups} groups, which do not divide {channels} channels"
            )
        result = window_lengths(
            shape, self.reach(), self.strides, self.padding, "Conv2D"
        )
        if any(isinstance(size, int) and size < 1 for size in result):
            raise ShapeError(
                f"Conv2D's window {self.reach()[0]}×{self.reach()[1]} does not fit an"
                f" image of {shape[0]}×{shape[1]}; padding = same would"
            )
        return (*result, self.filters)

    def weights(self, inputs: tuple[Shape, ...]) -> tuple[WeightSlot, ...]:
        channels = int(inputs[0][-1]) // self.groups
        taps = self.kernel_size[0] * self.kernel_size[1]
        kernel = WeightSlot(
            name="kernel",
            shape=(*self.kernel_size, channels, self.filters),
            fan_in=taps * channels,
            fan_out=taps * self.filters,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if not self.use_bias:
            return (kernel,)
        bias = WeightSlot(
            name="bias",
            shape=(self.filters,),
            fan_in=self.filters,
            fan_out=self.filters,
            initializer=self.bias_initializer,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )
        return (kernel, bias)
