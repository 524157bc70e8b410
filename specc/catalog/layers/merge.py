"""Layers that join several tensors into one."""

from typing import ClassVar

from pydantic import Field

from ..types import Dim, DType, Shape
from .layer import Layer, ShapeError, kept_type

__all__ = ["Add", "Concatenate"]


def _text(shape: Shape) -> str:
    return f"[{', '.join(str(dim) for dim in shape)}]"


class Concatenate(Layer):
    """Puts tensors one after another along an axis.

    Input: two or more shapes that agree but on `axis`. Output: sizes on `axis` added.
    """

    keyword: ClassVar[str] = "Concatenate"
    formula: ClassVar[str] = "y = [x₁ | x₂ | …] along axis"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "Concatenate(wide, hidden)"
    passes_values: ClassVar[bool] = True
    takes: ClassVar[str] = "many"
    vary: ClassVar[dict[str, object]] = {"axis": 1}

    axis: int = Field(
        default=-1, description="axis to join along; 0 is the batch and not allowed"
    )

    def place(self, rank: int) -> int:
        """The axis counted from 0 within an example of `rank` axes.

        Raises:
            ShapeError: it is the batch or out of range.
        """
        place = self.axis - 1 if self.axis > 0 else self.axis + rank
        if self.axis == 0 or not 0 <= place < rank:
            raise ShapeError(
                f"Concatenate's axis {self.axis} is not among the axes 1 to {rank} of"
                " its inputs (0 is the batch)"
            )
        return place

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        first = inputs[0]
        place = self.place(len(first))
        total = 0
        for shape in inputs:
            rest = shape[:place] + shape[place + 1 :]
            if len(shape) != len(first) or rest != first[:place] + first[place + 1 :]:
                raise ShapeError(
                    f"Concatenate joins shapes that agree but on axis {self.axis}; these"
                    f" are {', '.join(_text(s) for s in inputs)}"
                )
            if isinstance(shape[place], str):
                raise ShapeError(
                    f"Concatenate needs a known size on axis {self.axis}, but"
                    f" {shape[place]} is known only at run time"
                )
            total += int(shape[place])
        sizes: list[Dim] = list(first)
        sizes[place] = total
        return tuple(sizes)

    def output_type(self, inputs: tuple[DType, ...]) -> DType:
        return kept_type(inputs, "Concatenate")


class Add(Layer):
    """Adds tensors entry by entry.

    Input: two or more tensors of one shape. Output: that shape.
    """

    keyword: ClassVar[str] = "Add"
    formula: ClassVar[str] = "y = x₁ + x₂ + …"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "Add(shortcut, body)"
    takes: ClassVar[str] = "many"

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        if any(shape != inputs[0] for shape in inputs):
            raise ShapeError(
                "Add needs inputs of one shape; these are"
                f" {', '.join(_text(shape) for shape in inputs)}"
            )
        return inputs[0]
