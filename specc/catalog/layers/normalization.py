"""Normalization layers."""

from typing import ClassVar

from pydantic import Field

from ..initializers.constants import Ones, Zeros
from ..types import (
    Axes,
    ConstraintArg,
    Fraction,
    InitializerArg,
    Positive,
    RegularizerArg,
    Shape,
)
from .layer import BufferSlot, Layer, ShapeError, WeightSlot, sizes

__all__ = ["BatchNormalization"]


def _moving(name: str, shape: tuple[int, ...], initial: float) -> BufferSlot:
    """A statistic that the share `momentum` of is kept."""
    return BufferSlot(name=name, shape=shape, initial=initial, field="momentum")


class BatchNormalization(Layer):
    """Standardizes each feature over the batch, then scales and shifts it.

    Training uses the batch's mean and biased variance and moves the running ones;
    inference uses the running ones. Input: any shape. Output: the same shape.
    Weights: gamma, beta; buffers: moving_mean, moving_variance; all of the sizes of `axis`.
    """

    keyword: ClassVar[str] = "BatchNormalization"
    formula: ClassVar[str] = (
        "y = gamma · (x − μ) / √(σ² + epsilon) + beta;"
        " moving ← momentum · moving + (1 − momentum) · batch"
    )
    reference: ClassVar[str] = "Ioffe and Szegedy 2015, arXiv:1502.03167"
    example: ClassVar[str] = "BatchNormalization(momentum = 0.9)"
    has_training_mode: ClassVar[bool] = True
    optional_weights: ClassVar[dict[str, str]] = {"gamma": "scale", "beta": "center"}
    vary: ClassVar[dict[str, object]] = {"axis": (1, 2)}

    axis: Axes = Field(
        default=(-1,),
        description="axes that keep statistics of their own; 0 is the batch, so the"
        " first axis of an example is 1",
    )
    momentum: Fraction = Field(
        default=0.99, description="share of the running statistics kept at each step"
    )
    epsilon: Positive = Field(
        default=1e-3, description="added to the variance before the root"
    )
    center: bool = Field(default=True, description="whether beta is added")
    scale: bool = Field(default=True, description="whether gamma multiplies")
    gamma_initializer: InitializerArg = Field(
        default=Ones(), description="initial values of gamma"
    )
    beta_initializer: InitializerArg = Field(
        default=Zeros(), description="initial values of beta"
    )
    gamma_regularizer: RegularizerArg | None = Field(
        default=None, description="penalty on gamma"
    )
    beta_regularizer: RegularizerArg | None = Field(
        default=None, description="penalty on beta"
    )
    gamma_constraint: ConstraintArg | None = Field(
        default=None, description="projection of gamma after every update"
    )
    beta_constraint: ConstraintArg | None = Field(
        default=None, description="projection of beta after every update"
    )

    def feature_axes(self, rank: int) -> tuple[int, ...]:
        """The axes of `axis` counted from 0 within an example of `rank` axes, sorted.

        Raises:
            ShapeError: an axis is the batch, out of range, or named twice.
        """
        found: list[int] = []
        for axis in self.axis:
            place = axis - 1 if axis > 0 else axis + rank
            if axis == 0 or not 0 <= place < rank:
                raise ShapeError(
                    f"BatchNormalization's axis {axis} is not among the axes 1 to {rank}"
                    " of its input (0 is the batch)"
                )
            found.append(place)
        if len(set(found)) != len(found):
            raise ShapeError("BatchNormalization's axis names one axis twice")
        return tuple(sorted(found))

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        (shape,) = inputs
        axes = self.feature_axes(len(shape))
        sizes(tuple(shape[axis] for axis in axes), "BatchNormalization")
        return shape

    def _feature_shape(self, inputs: tuple[Shape, ...]) -> tuple[int, ...]:
        (shape,) = inputs
        axes = self.feature_axes(len(shape))
        return sizes(tuple(shape[axis] for axis in axes), "BatchNormalization")

    def weights(self, inputs: tuple[Shape, ...]) -> tuple[WeightSlot, ...]:
        shape = self._feature_shape(inputs)
        found: list[WeightSlot] = []
        if self.scale:
            found.append(
                WeightSlot(
                    name="gamma",
                    shape=shape,
                    fan_in=shape[0],
                    fan_out=shape[-1],
                    initializer=self.gamma_initializer,
                    regularizer=self.gamma_regularizer,
                    constraint=self.gamma_constraint,
                )
            )
        if self.center:
            found.append(
                WeightSlot(
                    name="beta",
                    shape=shape,
                    fan_in=shape[0],
                    fan_out=shape[-1],
                    initializer=self.beta_initializer,
                    regularizer=self.beta_regularizer,
                    constraint=self.beta_constraint,
                )
            )
        return tuple(found)

    def buffers(self, inputs: tuple[Shape, ...]) -> tuple[BufferSlot, ...]:
        shape = self._feature_shape(inputs)
        return (
            _moving("moving_mean", shape, 0.0),
            _moving("moving_variance", shape, 1.0),
        )
