"""ReLU and the activations that repair its dead half."""

from typing import ClassVar

from pydantic import Field

from ..families import Activation
from ..types import NonNegative

__all__ = ["Elu", "LeakyRelu", "Relu", "Selu"]


class Relu(Activation):
    """Rectified linear unit. Its derivative at 0 is 0."""

    keyword: ClassVar[str] = "relu"
    formula: ClassVar[str] = "f(x) = max(x, 0)"
    reference: ClassVar[str] = (
        "Nair and Hinton 2010, icml.cc/Conferences/2010/papers/432.pdf"
    )
    example: ClassVar[str] = "Dense(8, activation = relu)"


class LeakyRelu(Activation):
    """ReLU with a small slope below zero, so that no unit dies."""

    keyword: ClassVar[str] = "leaky_relu"
    formula: ClassVar[str] = "f(x) = x if x > 0, else negative_slope · x"
    reference: ClassVar[str] = (
        "Maas et al. 2013, ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf"
    )
    example: ClassVar[str] = "Dense(8, activation = leaky_relu(negative_slope = 0.2))"
    positional: ClassVar[tuple[str, ...]] = ("negative_slope",)

    negative_slope: NonNegative = Field(
        default=0.2, description="slope for negative inputs"
    )


class Elu(Activation):
    """Exponential linear unit: smooth at zero for alpha = 1, negative values down to −alpha."""

    keyword: ClassVar[str] = "elu"
    formula: ClassVar[str] = "f(x) = x if x > 0, else alpha · (exp(x) − 1)"
    reference: ClassVar[str] = "Clevert et al. 2015, arXiv:1511.07289"
    example: ClassVar[str] = "Dense(8, activation = elu)"
    positional: ClassVar[tuple[str, ...]] = ("alpha",)

    alpha: NonNegative = Field(default=1.0, description="−alpha is the limit at −∞")


class Selu(Activation):
    """Scaled ELU, under which a deep dense net keeps mean 0 and variance 1 by itself.

    Its derivative at 0 is λ.
    """

    keyword: ClassVar[str] = "selu"
    formula: ClassVar[str] = (
        "f(x) = λ · x if x ≥ 0, else λ · α · (exp(x) − 1), α = 1.6732632423543772,"
        " λ = 1.0507009873554805"
    )
    reference: ClassVar[str] = "Klambauer et al. 2017, arXiv:1706.02515"
    example: ClassVar[str] = (
        "Dense(8, activation = selu, kernel_initializer = lecun_normal)"
    )
