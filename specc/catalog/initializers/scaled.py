"""Initializers that scale with a weight's fans, so that signals keep their variance."""

import math
from typing import ClassVar, Literal

from pydantic import Field

from ..families import Initializer, Law
from ..types import Positive

__all__ = [
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "LecunNormal",
    "LecunUniform",
    "Scaled",
    "VarianceScaling",
]

Mode = Literal["fan_in", "fan_out", "fan_avg"]
Distribution = Literal["truncated_normal", "untruncated_normal", "uniform"]

#: The standard deviation of a standard normal that is cut at ±2.
_CUT = 0.87962566103423978

_GLOROT = "Glorot and Bengio 2010, proceedings.mlr.press/v9/glorot10a"
_HE = "He et al. 2015, arXiv:1502.01852"
_LECUN = "LeCun et al. 1998, doi:10.1007/3-540-49430-8_2"


class Scaled(Initializer):
    """A distribution of mean 0 and variance scale / fan."""

    def law(self) -> tuple[float, Mode, Distribution]:
        """The scale, the fan that divides it, and the shape of the distribution."""
        raise NotImplementedError

    def fan(self, fan_in: int, fan_out: int) -> float:
        """What divides the scale."""
        average = (fan_in + fan_out) / 2
        return {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": average}[self.law()[1]]

    def follows(self, fan_in: int, fan_out: int) -> Law:
        scale, _, shape = self.law()
        deviation = math.sqrt(scale / self.fan(fan_in, fan_out))
        return lambda value: _share_below(value / deviation, shape)


def _share_below(value: float, shape: Distribution) -> float:
    """The distribution function, of variance 1, at a value."""
    if shape == "uniform":
        edge = math.sqrt(3.0)
        return min(1.0, max(0.0, (value + edge) / (2 * edge)))
    if shape == "truncated_normal":
        low, high = _normal(-2.0), _normal(2.0)
        inside = (_normal(value * _CUT) - low) / (high - low)
        return min(1.0, max(0.0, inside))
    return _normal(value)


def _normal(value: float) -> float:
    return 0.5 * (1.0 + math.erf(value / math.sqrt(2.0)))


class VarianceScaling(Scaled):
    """A distribution of mean 0 and variance scale / fan, of the shape that is asked for.

    The truncated normal is cut at two standard deviations and widened to keep its variance.
    """

    keyword: ClassVar[str] = "variance_scaling"
    formula: ClassVar[str] = "Var(w) = scale / fan; fan_avg = (fan_in + fan_out) / 2"
    reference: ClassVar[str] = _HE
    example: ClassVar[str] = (
        "Dense(8, kernel_initializer = variance_scaling(scale = 2, mode = fan_avg,"
        " distribution = uniform))"
    )

    scale: Positive = Field(default=1.0, description="variance times the fan")
    mode: Mode = Field(default="fan_in", description="which fan divides the scale")
    distribution: Distribution = Field(
        default="truncated_normal", description="shape of the distribution"
    )

    def law(self) -> tuple[float, Mode, Distribution]:
        return self.scale, self.mode, self.distribution


class GlorotUniform(Scaled):
    """Uniform with variance 1 / fan_avg, for linear, tanh, sigmoid and softmax units."""

    keyword: ClassVar[str] = "glorot_uniform"
    formula: ClassVar[str] = "w ~ U(−r, r), r = √(3 / fan_avg)"
    reference: ClassVar[str] = _GLOROT
    example: ClassVar[str] = "Dense(8, kernel_initializer = glorot_uniform)"

    def law(self) -> tuple[float, Mode, Distribution]:
        return 1.0, "fan_avg", "uniform"


class GlorotNormal(Scaled):
    """Truncated normal with variance 1 / fan_avg, for linear, tanh, sigmoid and softmax units."""

    keyword: ClassVar[str] = "glorot_normal"
    formula: ClassVar[str] = (
        "w ~ N(0, 1 / fan_avg) cut at ±2σ, widened to that variance"
    )
    reference: ClassVar[str] = _GLOROT
    example: ClassVar[str] = "Dense(8, kernel_initializer = glorot_normal)"

    def law(self) -> tuple[float, Mode, Distribution]:
        return 1.0, "fan_avg", "truncated_normal"


class HeUniform(Scaled):
    """Uniform with variance 2 / fan_in, for ReLU and its relatives."""

    keyword: ClassVar[str] = "he_uniform"
    formula: ClassVar[str] = "w ~ U(−r, r), r = √(6 / fan_in)"
    reference: ClassVar[str] = _HE
    example: ClassVar[str] = "Dense(8, kernel_initializer = he_uniform)"

    def law(self) -> tuple[float, Mode, Distribution]:
        return 2.0, "fan_in", "uniform"


class HeNormal(Scaled):
    """Truncated normal with variance 2 / fan_in, for ReLU and its relatives."""

    keyword: ClassVar[str] = "he_normal"
    formula: ClassVar[str] = "w ~ N(0, 2 / fan_in) cut at ±2σ, widened to that variance"
    reference: ClassVar[str] = _HE
    example: ClassVar[str] = "Dense(8, kernel_initializer = he_normal)"

    def law(self) -> tuple[float, Mode, Distribution]:
        return 2.0, "fan_in", "truncated_normal"


class LecunUniform(Scaled):
    """Uniform with variance 1 / fan_in."""

    keyword: ClassVar[str] = "lecun_uniform"
    formula: ClassVar[str] = "w ~ U(−r, r), r = √(3 / fan_in)"
    reference: ClassVar[str] = _LECUN
    example: ClassVar[str] = "Dense(8, kernel_initializer = lecun_uniform)"

    def law(self) -> tuple[float, Mode, Distribution]:
        return 1.0, "fan_in", "uniform"


class LecunNormal(Scaled):
    """Truncated normal with variance 1 / fan_in, for SELU units."""

    keyword: ClassVar[str] = "lecun_normal"
    formula: ClassVar[str] = "w ~ N(0, 1 / fan_in) cut at ±2σ, widened to that variance"
    reference: ClassVar[str] = _LECUN
    example: ClassVar[str] = "Dense(8, kernel_initializer = lecun_normal)"

    def law(self) -> tuple[float, Mode, Distribution]:
        return 1.0, "fan_in", "truncated_normal"
