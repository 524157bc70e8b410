"""An activation as a layer of its own."""

from typing import ClassVar

from pydantic import Field

from ..types import ActivationArg, Shape
from .layer import Layer

__all__ = ["Activation"]


class Activation(Layer):
    """Applies an activation to its input.

    Input: any shape. Output: the same shape.
    """

    keyword: ClassVar[str] = "Activation"
    formula: ClassVar[str] = "y = activation(x)"
    reference: ClassVar[str] = "see the activation"
    example: ClassVar[str] = "Activation(relu)"
    positional: ClassVar[tuple[str, ...]] = ("activation",)

    activation: ActivationArg = Field(description="the function to apply")

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0]
