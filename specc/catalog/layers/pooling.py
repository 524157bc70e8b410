"""Pooling layers."""

from typing import ClassVar, Literal

from pydantic import Field

from ..types import Pair, Shape
from .conv import window_lengths
from .layer import Layer, ShapeError

__all__ = ["GlobalAveragePooling2D", "MaxPooling2D"]


class MaxPooling2D(Layer):
    """Takes the largest entry of each window of an image, channel by channel.

    Input: (height, width, channels). Output: (height', width', channels). The gradient
    of a tie goes to the first of its entries in row-major order.
    """

    keyword: ClassVar[str] = "MaxPooling2D"
    formula: ClassVar[str] = (
        "y[i, j, c] = max over the window of x[s·i + a, s·j + b, c]"
    )
    reference: ClassVar[str] = "Ranzato et al. 2007, doi:10.1109/CVPR.2007.383157"
    example: ClassVar[str] = "MaxPooling2D(2)"
    passes_values: ClassVar[bool] = True
    positional: ClassVar[tuple[str, ...]] = ("pool_size",)

    pool_size: Pair = Field(
        default=(2, 2), description="height and width of the window"
    )
    strides: Pair | None = Field(
        default=None, description="step of the window along each axis; none: pool_size"
    )
    padding: Literal["valid", "same"] = Field(
        default="valid",
        description="valid: windows lie inside the image; same: the border counts as −∞",
    )

    def step(self) -> tuple[int, int]:
        """The strides, pool_size where none were given."""
        return self.strides or self.pool_size

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        (shape,) = inputs
        if len(shape) != 3:
            raise ShapeError("MaxPooling2D needs an input (height, width, channels)")
        result = window_lengths(
            shape, self.pool_size, self.step(), self.padding, "MaxPooling2D"
        )
        if any(isinstance(size, int) and size < 1 for size in result):
            raise ShapeError(
                f"MaxPooling2D's window {self.pool_size[0]}×{self.pool_size[1]} does not"
                f" fit an image of {shape[0]}×{shape[1]}"
            )
        return (*result, shape[2])


class GlobalAveragePooling2D(Layer):
    """Averages each channel over the whole image.

    Input: (height, width, channels). Output: (channels), or (1, 1, channels).
    """

    keyword: ClassVar[str] = "GlobalAveragePooling2D"
    formula: ClassVar[str] = "y[c] = Σ x[i, j, c] / (height · width)"
    reference: ClassVar[str] = "Lin et al. 2013, arXiv:1312.4400"
    example: ClassVar[str] = "GlobalAveragePooling2D"
    passes_values: ClassVar[bool] = True

    keepdims: bool = Field(
        default=False, description="whether the axes stay, with size 1"
    )

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        (shape,) = inputs
        if len(shape) != 3:
            raise ShapeError(
                "GlobalAveragePooling2D needs an input (height, width, channels)"
            )
        return (1, 1, shape[-1]) if self.keepdims else (shape[-1],)
