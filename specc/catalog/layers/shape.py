"""Layers that rearrange a tensor without changing its entries."""

from math import prod
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field

from ..types import MOST_AXES, Dim, DType, Shape
from .layer import Layer, ShapeError, kept_type, sizes

__all__ = ["Flatten", "Reshape"]


class Flatten(Layer):
    """Joins all axes of an example into one, the last axis running fastest.

    Input: any shape. Output: (product of the sizes). A single axis stays as it is.
    """

    keyword: ClassVar[str] = "Flatten"
    formula: ClassVar[str] = "y[(i·W + j)·C + c] = x[i, j, c]"
    reference: ClassVar[str] = "row-major order, ISO/IEC 9899 §6.5.2.1"
    example: ClassVar[str] = "Flatten"
    passes_values: ClassVar[bool] = True

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        if len(inputs[0]) == 1:
            return inputs[0]
        return (prod(sizes(inputs[0], "Flatten")),)

    def output_type(self, inputs: tuple[DType, ...]) -> DType:
        return kept_type(inputs, "Flatten")


def _sizes(value: object) -> object:
    if isinstance(value, list):
        return tuple(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return (value,) if isinstance(value, int) else value


def _one_rest(value: tuple[int, ...]) -> tuple[int, ...]:
    if any(size < 1 and size != -1 for size in value) or value.count(-1) > 1:
        raise ValueError("must be sizes of at least 1, of which one may be -1")
    return value


def _suited_around(known: int) -> tuple[dict[str, Any], ...]:
    """The shapes of up to three axes in which one size is left, with `known` entries."""
    pairs = [(size, known // size) for size in _divisors(known)]
    shapes: list[tuple[int, ...]] = [(-1, known), (known, -1)]
    shapes += [
        shape for one, two in pairs for shape in ((-1, one, two), (one, -1, two))
    ]
    return tuple({"target_shape": shape} for shape in shapes)


def _divisors(number: int) -> list[int]:
    return [size for size in range(2, number) if number % size == 0]


class Reshape(Layer):
    """Gives an example another shape with as many entries, in row-major order.

    Input: any shape. Output: target_shape; one of its sizes may be −1, which stands for
    what is left. If a size of the input is known only at run time, -1 stands for that.
    """

    keyword: ClassVar[str] = "Reshape"
    formula: ClassVar[str] = "y = x read and written in row-major order"
    reference: ClassVar[str] = "row-major order, ISO/IEC 9899 §6.5.2.1"
    example: ClassVar[str] = "Reshape([28, 28, 1])"
    passes_values: ClassVar[bool] = True
    positional: ClassVar[tuple[str, ...]] = ("target_shape",)

    target_shape: Annotated[
        tuple[int, ...], AfterValidator(_one_rest), BeforeValidator(_sizes)
    ] = Field(
        max_length=MOST_AXES,
        description="the new shape of an example, without the batch; -1 for the one size"
        " that follows from the others",
    )

    @classmethod
    def suited(cls, inputs: tuple[Shape, ...]) -> tuple[dict[str, Any], ...]:
        """The shapes of one to three axes that have as many entries."""
        (shape,) = inputs
        known = [size for size in shape if isinstance(size, int)]
        if len(known) == len(shape) - 1:
            return _suited_around(prod(known))
        entries = prod(sizes(shape, "Reshape"))
        shapes: list[tuple[int, ...]] = [(entries,), (-1,)]
        for first in _divisors(entries):
            shapes += [(first, entries // first), (-1, first)]
            for second in _divisors(entries // first):
                shapes.append((first, second, entries // first // second))
        return tuple({"target_shape": shape} for shape in shapes)

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        (shape,) = inputs
        rest = self._rest(shape)
        return tuple(rest if size == -1 else size for size in self.target_shape)

    def output_type(self, inputs: tuple[DType, ...]) -> DType:
        return kept_type(inputs, "Reshape")

    def _rest(self, shape: Shape) -> Dim:
        """What -1 stands for, if there is any; the entries are seen to agree.

        Raises:
            ShapeError: the numbers of entries do not agree.
        """
        unknown = [size for size in shape if isinstance(size, str)]
        entries = prod(size for size in shape if isinstance(size, int))
        given = prod(size for size in self.target_shape if size != -1)
        if unknown:
            if len(unknown) > 1 or -1 not in self.target_shape or given != entries:
                raise ShapeError(
                    f"{unknown[0]} is known only at run time, so Reshape needs -1 in its"
                    f" place and {entries} entries in the others"
                )
            return unknown[0]
        if -1 in self.target_shape and entries % given == 0:
            return entries // given
        if given != entries:
            raise ShapeError(
                f"Reshape's target has {given} entries, its input {entries}"
                if -1 not in self.target_shape
                else f"Reshape's target has a multiple of {given} entries, its input"
                f" {entries}"
            )
        return entries
