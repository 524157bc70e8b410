"""Layers that rearrange a tensor without changing its entries."""

from __future__ import annotations

from math import prod
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from ..types import MOST_AXES, Count, Shape
from .layer import Layer, ShapeError, sizes

__all__ = ["Flatten", "Reshape"]


class Flatten(Layer):
    """Joins all axes of an example into one, the last axis running fastest.

    Input: any shape. Output: (product of the sizes).
    """

    keyword: ClassVar[str] = "Flatten"
    formula: ClassVar[str] = "y[(i·W + j)·C + c] = x[i, j, c]"
    reference: ClassVar[str] = "row-major order, ISO/IEC 9899 §6.5.2.1"
    example: ClassVar[str] = "Flatten"
    passes_values: ClassVar[bool] = True

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return (prod(sizes(inputs[0], "Flatten")),)


def _sizes(value: object) -> object:
    if isinstance(value, list):
        return tuple(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return (value,) if isinstance(value, int) else value


def _divisors(number: int) -> list[int]:
    return [size for size in range(2, number) if number % size == 0]


class Reshape(Layer):
    """Gives an example another shape with as many entries, in row-major order.

    Input: any shape. Output: target_shape.
    """

    keyword: ClassVar[str] = "Reshape"
    formula: ClassVar[str] = "y = x read and written in row-major order"
    reference: ClassVar[str] = "row-major order, ISO/IEC 9899 §6.5.2.1"
    example: ClassVar[str] = "Reshape([28, 28, 1])"
    passes_values: ClassVar[bool] = True
    positional: ClassVar[tuple[str, ...]] = ("target_shape",)

    target_shape: Annotated[tuple[Count, ...], BeforeValidator(_sizes)] = Field(
        max_length=MOST_AXES,
        description="the new shape of an example, without the batch",
    )

    @classmethod
    def suited(cls, inputs: tuple[Shape, ...]) -> tuple[dict[str, Any], ...]:
        """The shapes of one to three axes that have as many entries."""
        entries = prod(sizes(inputs[0], "Reshape"))
        shapes: list[tuple[int, ...]] = [(entries,)]
        for first in _divisors(entries):
            shapes.append((first, entries // first))
            for second in _divisors(entries // first):
                shapes.append((first, second, entries // first // second))
        return tuple({"target_shape": shape} for shape in shapes)

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        entries = prod(sizes(inputs[0], "Reshape"))
        if prod(self.target_shape) != entries:
            raise ShapeError(
                f"Reshape's target has {prod(self.target_shape)} entries, its input"
                f" {entries}"
            )
        return tuple(self.target_shape)
