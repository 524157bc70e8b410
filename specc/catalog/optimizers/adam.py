"""Adam and Nadam."""

import math
from typing import ClassVar, Literal

from pydantic import Field

from ..families import Optimizer
from ..schedules.constant import Constant
from ..types import Fraction, Positive, ScheduleArg

__all__ = ["Adam", "Nadam"]


class Adam(Optimizer):
    """Adaptive moments: running means of gradients and of their squares, bias corrected.

    Slots: momentum (m), velocity (v); velocity_max where amsgrad. t counts updates from 1.
    """

    keyword: ClassVar[str] = "adam"
    adaptive: ClassVar[bool] = True
    formula: ClassVar[str] = (
        "m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²;"
        " w ← w − lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε);"
        " amsgrad: the maximum of all v so far instead of v;"
        " epsilon_place = corrected: w ← w − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)"
    )
    reference: ClassVar[str] = (
        "Kingma and Ba 2014, arXiv:1412.6980; Reddi et al. 2018, arXiv:1904.09237"
    )
    example: ClassVar[str] = "optimizer = adam(0.001)"
    positional: ClassVar[tuple[str, ...]] = ("learning_rate",)

    learning_rate: ScheduleArg = Field(
        default=Constant(value=0.001), description="a number, or a schedule"
    )
    beta_1: Fraction = Field(default=0.9, description="share of the mean kept (β₁)")
    beta_2: Fraction = Field(
        default=0.999, description="share of the mean square kept (β₂)"
    )
    epsilon: Positive = Field(default=1e-7, description="added to the root (ε)")
    amsgrad: bool = Field(
        default=False, description="whether the mean square may not fall"
    )
    epsilon_place: Literal["uncorrected", "corrected"] = Field(
        default="uncorrected",
        description="whether ε is added to the root of v as it is, or after its bias"
        " is corrected (as PyTorch does)",
    )

    def slots(self) -> tuple[str, ...]:
        extra = ("velocity_max",) if self.amsgrad else ()
        return ("momentum", "velocity", *extra)

    def reach(self, gradient: float) -> float:
        return _reach(gradient, self.beta_1, self.beta_2, self.epsilon)


class Nadam(Optimizer):
    """Adam with Nesterov's look-ahead and a momentum that warms up.

    Slots: momentum (m), velocity (v). t counts updates from 1.
    """

    keyword: ClassVar[str] = "nadam"
    adaptive: ClassVar[bool] = True
    formula: ClassVar[str] = (
        "μₜ = β₁·(1 − 0.5·0.96ᵗ), Πₜ = μ₁·…·μₜ; m, v as in adam;"
        " m̂ = μₜ₊₁·m/(1 − Πₜ·μₜ₊₁) + (1 − μₜ)·g/(1 − Πₜ); v̂ = v/(1 − β₂ᵗ);"
        " w ← w − lr·m̂/(√v̂ + ε)"
    )
    reference: ClassVar[str] = (
        "Dozat 2016, openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ"
    )
    example: ClassVar[str] = "optimizer = nadam(0.001)"
    positional: ClassVar[tuple[str, ...]] = ("learning_rate",)

    learning_rate: ScheduleArg = Field(
        default=Constant(value=0.001), description="a number, or a schedule"
    )
    beta_1: Fraction = Field(default=0.9, description="share of the mean kept (β₁)")
    beta_2: Fraction = Field(
        default=0.999, description="share of the mean square kept (β₂)"
    )
    epsilon: Positive = Field(default=1e-7, description="added to the root (ε)")

    def slots(self) -> tuple[str, ...]:
        return ("momentum", "velocity")

    def reach(self, gradient: float) -> float:
        # The look-ahead adds a second share of the gradient to that of the mean.
        return 2.0 * _reach(gradient, self.beta_1, self.beta_2, self.epsilon)


def _reach(gradient: float, beta_1: float, beta_2: float, epsilon: float) -> float:
    """Of the mean over the root: by Cauchy and Schwarz, and by what ε leaves of noise."""
    share = beta_1**2 / beta_2
    sums = 1.0 / (1.0 - share) if share < 1.0 else math.inf
    most = math.sqrt(sums / (1.0 - beta_2))
    return min(most, gradient / (epsilon * (1.0 - beta_1)))
