"""The fully connected layer."""

from typing import ClassVar

from pydantic import Field

from ..activations.linear import Linear
from ..initializers.constants import Zeros
from ..initializers.scaled import GlorotUniform
from ..types import (
    ActivationArg,
    ConstraintArg,
    Count,
    InitializerArg,
    RegularizerArg,
    Shape,
)
from .layer import Layer, ShapeError, WeightSlot

__all__ = ["Dense"]


class Dense(Layer):
    """Fully connected layer: every output is a weighted sum of all inputs on the last axis.

    Input: (…, in). Output: (…, units). Weights: kernel (in, units), bias (units).
    """

    keyword: ClassVar[str] = "Dense"
    formula: ClassVar[str] = "y = activation(x · kernel + bias)"
    reference: ClassVar[str] = "Rosenblatt 1958, doi:10.1037/h0042519"
    example: ClassVar[str] = (
        "Dense(300, activation = elu, kernel_initializer = he_normal)"
    )
    positional: ClassVar[tuple[str, ...]] = ("units",)
    optional_weights: ClassVar[dict[str, str]] = {"bias": "use_bias"}

    units: Count = Field(description="size of the output's last axis")
    activation: ActivationArg = Field(
        default=Linear(), description="function applied to the weighted sum"
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

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        (shape,) = inputs
        if not shape:
            raise ShapeError("Dense needs an input with at least one axis")
        if isinstance(shape[-1], str):
            raise ShapeError(
                f"Dense needs a known size on the last axis, but {shape[-1]} is known"
                " only at run time"
            )
        return (*shape[:-1], self.units)

    def weights(self, inputs: tuple[Shape, ...]) -> tuple[WeightSlot, ...]:
        fan_in = int(inputs[0][-1])
        kernel = WeightSlot(
            name="kernel",
            shape=(fan_in, self.units),
            fan_in=fan_in,
            fan_out=self.units,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if not self.use_bias:
            return (kernel,)
        bias = WeightSlot(
            name="bias",
            shape=(self.units,),
            fan_in=self.units,
            fan_out=self.units,
            initializer=self.bias_initializer,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )
        return (kernel, bias)
