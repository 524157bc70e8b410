"""The constructs: declared as specc's own are."""

import math
from typing import Annotated, Any, ClassVar

from pydantic import Field

from specc.catalog.families import (
    Callback,
    Constraint,
    Initializer,
    Law,
    Optimizer,
    ProbabilityLoss,
    Source,
    TargetKind,
    Transform,
)
from specc.catalog.initializers.constants import Ones
from specc.catalog.layers import Layer, StreamSlot, WeightSlot
from specc.catalog.schedules.constant import Constant
from specc.catalog.transforms.scaling import Names
from specc.catalog.types import Axes, Count, Positive, ScheduleArg, Shape

__all__ = [
    "CONSTRUCTS",
    "Adagrad",
    "Blackout",
    "Center",
    "Every",
    "Fading",
    "Focal",
    "Mirror",
    "Rings",
    "Snapshot",
    "Unmasked",
    "Untold",
]

Gamma = Annotated[float, Field(ge=1)]
Rate = Annotated[float, Field(gt=0, lt=1)]


class Snapshot(Callback):
    """Keeps the weights of every few epochs."""

    keyword: ClassVar[str] = "snapshot"
    formula: ClassVar[str] = "w(every), w(2 · every), …"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "snapshot(every = 2)"

    every: Count = Field(default=1, description="epochs between two")


class Focal(ProbabilityLoss):
    """Cross-entropy of yes or no that counts what is well told apart little."""

    keyword: ClassVar[str] = "focal"
    formula: ClassVar[str] = (
        "mean (−y · (1 − p)^gamma · log p − (1 − y) · p^gamma · log(1 − p))"
    )
    reference: ClassVar[str] = "Lin et al. 2017, arXiv:1708.02002"
    example: ClassVar[str] = "loss = focal(gamma = 2)"
    fuses: ClassVar[str | None] = "sigmoid"
    target: ClassVar[TargetKind] = "binary"

    gamma: Gamma = Field(default=2.0, description="power of what is missing")


class Adagrad(Optimizer):
    """Divides gradients by the root of the sum of all their squares."""

    keyword: ClassVar[str] = "adagrad"
    adaptive: ClassVar[bool] = True
    formula: ClassVar[str] = "s ← s + g²; w ← w − lr · g / √(s + ε)"
    reference: ClassVar[str] = "Duchi et al. 2011, jmlr.org/papers/v12/duchi11a"
    example: ClassVar[str] = "optimizer = adagrad(0.1)"
    positional: ClassVar[tuple[str, ...]] = ("learning_rate",)

    learning_rate: ScheduleArg = Field(
        default=Constant(value=0.05), description="a number, or a schedule"
    )
    epsilon: Positive = Field(default=1e-3, description="added under the root (ε)")

    def slots(self) -> tuple[str, ...]:
        return ("squares",)

    def reach(self, gradient: float) -> float:
        return min(1.0, gradient / math.sqrt(self.epsilon))


class Untold(Adagrad):
    """Adagrad, of which no backend is told where its slots are."""

    keyword: ClassVar[str] = "untold"


class Blackout(Layer):
    """Sets each entry to zero with probability `rate` in training, and scales nothing."""

    keyword: ClassVar[str] = "Blackout"
    formula: ClassVar[str] = "y = keep · x, keep ~ Bernoulli(1 − rate)"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "Blackout(0.2)"
    positional: ClassVar[tuple[str, ...]] = ("rate",)
    has_training_mode: ClassVar[bool] = True

    rate: Rate = Field(default=0.25, description="probability that an entry is dropped")

    def streams(self) -> tuple[StreamSlot, ...]:
        return (StreamSlot(name="keep"),)


class Unmasked(Blackout):
    """Blackout, of which no backend is told that it takes masks."""

    keyword: ClassVar[str] = "Unmasked"


class Mirror(Layer):
    """Turns the last axis round."""

    keyword: ClassVar[str] = "Mirror"
    formula: ClassVar[str] = "y[…, i] = x[…, n − 1 − i]"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "Mirror"
    passes_values: ClassVar[bool] = True


class Fading(Layer):
    """Adds up all steps, the earlier ones less and less; no backend writes it.

    Input: (time, features). Output: (features). Weight: decay (features).
    """

    keyword: ClassVar[str] = "Fading"
    formula: ClassVar[str] = "h[t] = decay · h[t − 1] + x[t]"
    reference: ClassVar[str] = "Mozer 1992, NIPS 4"
    example: ClassVar[str] = "Fading"
    recurrent: ClassVar[bool] = True

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0][1:]

    def weights(self, inputs: tuple[Shape, ...]) -> tuple[WeightSlot, ...]:
        features = int(inputs[0][-1])
        return (
            WeightSlot(
                name="decay", shape=(features,), fan_in=1, fan_out=1, initializer=Ones()
            ),
        )


class ZeroSum(Constraint):
    """Subtracts the mean of a weight along some axes."""

    keyword: ClassVar[str] = "zero_sum"
    formula: ClassVar[str] = "w ← w − mean of w along the axes"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "Dense(8, kernel_constraint = zero_sum(along = 0))"
    vary: ClassVar[dict[str, Any]] = {"along": (1,)}

    along: Axes = Field(default=(0,), description="axes that the mean is taken over")

    def axes(self) -> tuple[int, ...]:
        return self.along


class Half(Initializer):
    """One half everywhere."""

    keyword: ClassVar[str] = "half"
    formula: ClassVar[str] = "w = 1/2"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "Dense(8, bias_initializer = half)"

    def follows(self, fan_in: int, fan_out: int) -> float:
        return 0.5


class Spread(Initializer):
    """Uniform between 0 and 1."""

    keyword: ClassVar[str] = "spread"
    formula: ClassVar[str] = "w ~ U(0, 1)"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "Dense(8, kernel_initializer = spread)"

    def follows(self, fan_in: int, fan_out: int) -> Law:
        return lambda value: min(1.0, max(0.0, value))


class Rings(Source):
    """Points on two rings."""

    keyword: ClassVar[str] = "rings"
    formula: ClassVar[str] = "features: float32[2], label: int64"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "source = rings(count = 90)"

    count: Count = Field(default=60, description="how many points")


class Nowhere(Source):
    """Points that nothing reads."""

    keyword: ClassVar[str] = "nowhere"
    formula: ClassVar[str] = "none"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "source = nowhere"


class Every(Transform):
    """Keeps every n-th row."""

    keyword: ClassVar[str] = "every"
    formula: ClassVar[str] = "rows 0, n, 2 · n, …"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "every(2)"
    positional: ClassVar[tuple[str, ...]] = ("n",)
    chooses_rows: ClassVar[bool] = True

    n: Count = Field(description="distance of two rows")


class Unlucky(Transform):
    """Chooses rows in a way that is not registered."""

    keyword: ClassVar[str] = "unlucky"
    formula: ClassVar[str] = "none"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "unlucky()"
    chooses_rows: ClassVar[bool] = True


class Center(Transform):
    """Subtracts the training part's median."""

    keyword: ClassVar[str] = "center"
    formula: ClassVar[str] = "x ← x − median"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "center(features)"
    variadic: ClassVar[str | None] = "names"

    names: Names = Field(default=(), description="bindings to change; none: all inputs")

    def applies_to(self) -> tuple[str, ...]:
        return self.names


class Warp(Transform):
    """Changes values in a way that is not registered."""

    keyword: ClassVar[str] = "warp"
    formula: ClassVar[str] = "none"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = "warp()"


CONSTRUCTS = (
    Snapshot,
    Focal,
    Adagrad,
    Untold,
    Blackout,
    Unmasked,
    Mirror,
    Fading,
    ZeroSum,
    Half,
    Spread,
    Rings,
    Nowhere,
    Every,
    Unlucky,
    Center,
    Warp,
)
