"""Recurrent layers."""

from typing import ClassVar

from pydantic import Field

from ..activations.squashing import Tanh
from ..initializers.constants import Zeros
from ..initializers.orthogonal import Orthogonal
from ..initializers.scaled import GlorotUniform
from ..types import (
    ActivationArg,
    ConstraintArg,
    Count,
    InitializerArg,
    RegularizerArg,
    Shape,
)
from .layer import Layer, ShapeError, WeightSlot, sizes

__all__ = ["SimpleRNN"]


class SimpleRNN(Layer):
    """Recurrent layer: every step sees its input and the output of the step before.

    Input: (time, in). Output: (units), that of the last step; with `return_sequences`
    (time, units). Weights: kernel (in, units), recurrent_kernel (units, units), bias
    (units).
    """

    keyword: ClassVar[str] = "SimpleRNN"
    formula: ClassVar[str] = (
        "h[t] = activation(x[t] · kernel + h[t − 1] · recurrent_kernel + bias);"
        " h before the first step is 0"
    )
    reference: ClassVar[str] = "Elman 1990, doi:10.1207/s15516709cog1402_1"
    example: ClassVar[str] = "SimpleRNN(32, return_sequences = true)"
    recurrent: ClassVar[bool] = True
    positional: ClassVar[tuple[str, ...]] = ("units",)
    arguments_of: ClassVar[dict[str, str]] = {"recurrent_kernel": "recurrent"}
    optional_weights: ClassVar[dict[str, str]] = {"bias": "use_bias"}

    units: Count = Field(description="size of a step's output")
    activation: ActivationArg = Field(
        default=Tanh(), description="function applied to the sums of every step"
    )
    use_bias: bool = Field(default=True, description="whether a bias is added")
    kernel_initializer: InitializerArg = Field(
        default=GlorotUniform(), description="initial values of the kernel"
    )
    recurrent_initializer: InitializerArg = Field(
        default=Orthogonal(), description="initial values of the recurrent kernel"
    )
    bias_initializer: InitializerArg = Field(
        default=Zeros(), description="initial values of the bias"
    )
    kernel_regularizer: RegularizerArg | None = Field(
        default=None, description="penalty on the kernel"
    )
    recurrent_regularizer: RegularizerArg | None = Field(
        default=None, description="penalty on the recurrent kernel"
    )
    bias_regularizer: RegularizerArg | None = Field(
        default=None, description="penalty on the bias"
    )
    kernel_constraint: ConstraintArg | None = Field(
        default=None, description="projection of the kernel after every update"
    )
    recurrent_constraint: ConstraintArg | None = Field(
        default=None,
        description="projection of the recurrent kernel after every update",
    )
    bias_constraint: ConstraintArg | None = Field(
        default=None, description="projection of the bias after every update"
    )
    return_sequences: bool = Field(
        default=False, description="whether the outputs of all steps are given"
    )
    go_backwards: bool = Field(
        default=False,
        description="whether the last step comes first; with return_sequences its output"
        " then comes first too",
    )

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        (shape,) = inputs
        if len(shape) != 2:
            raise ShapeError("SimpleRNN needs an input (time, features)")
        sizes(shape[1:], "SimpleRNN")
        return (shape[0], self.units) if self.return_sequences else (self.units,)

    def kept(self, inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
        (shape,) = inputs
        return () if self.return_sequences else ((shape[0], self.units),)

    def weights(self, inputs: tuple[Shape, ...]) -> tuple[WeightSlot, ...]:
        features = int(inputs[0][-1])
        kernel = WeightSlot(
            name="kernel",
            shape=(features, self.units),
            fan_in=features,
            fan_out=self.units,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        recurrent = WeightSlot(
            name="recurrent_kernel",
            shape=(self.units, self.units),
            fan_in=self.units,
            fan_out=self.units,
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )
        if not self.use_bias:
            return (kernel, recurrent)
        bias = WeightSlot(
            name="bias",
            shape=(self.units,),
            fan_in=self.units,
            fan_out=self.units,
            initializer=self.bias_initializer,
            regularizer=self.bias_regularizer,
            constraint=self.bias_constraint,
        )
        return (kernel, recurrent, bias)
