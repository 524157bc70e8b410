"""The families of constructs that appear as arguments of others, and what each must say."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from .construct import Construct

__all__ = [
    "Activation",
    "Callback",
    "ChangingSchedule",
    "Constraint",
    "Initializer",
    "Loss",
    "Metric",
    "Optimizer",
    "ProbabilityLoss",
    "Regularizer",
    "Schedule",
    "Source",
    "Transform",
]


class Activation(Construct):
    """An elementwise or last-axis function of a tensor."""

    family: ClassVar[str] = "activation"


class Initializer(Construct):
    """The distribution that a weight is drawn from before training."""

    family: ClassVar[str] = "initializer"


class Regularizer(Construct):
    """A penalty on a weight that is added to the loss once a batch."""

    family: ClassVar[str] = "regularizer"


class Constraint(Construct):
    """A projection that is applied to a weight after every update."""

    family: ClassVar[str] = "constraint"


class Loss(Construct):
    """What training makes small: a mean over the examples of a batch."""

    family: ClassVar[str] = "loss"
    #: The activation whose input (the logits) the loss is computed from, if it ends the output.
    fuses: ClassVar[str | None] = None
    #: What a target holds: numbers of the output's shape, class numbers, or one-hot rows.
    target: ClassVar[Literal["values", "classes", "one_hot"]] = "values"

    weight: float = Field(
        default=1.0, gt=0, description="factor in the sum of all losses"
    )

    def takes_logits(self) -> bool:
        """Whether an output with this loss holds logits."""
        return False


class ProbabilityLoss(Loss):
    """A loss of probabilities; with `from_logits`, of the logits they are made from."""

    from_logits: bool = Field(
        default=False, description="whether the output holds logits, not probabilities"
    )

    def takes_logits(self) -> bool:
        return self.from_logits


class Metric(Construct):
    """A figure reported for each epoch; training does not depend on it."""

    family: ClassVar[str] = "metric"
    #: Whether it counts which entry is largest (or, with a sigmoid's loss, exceeds 1/2).
    decides: ClassVar[bool] = False

    def refuses(self, loss: Loss) -> str | None:
        """Why it means nothing for an output with that loss; None where it fits."""
        return None


class Schedule(Construct):
    """The learning rate as a function of the number of updates made so far, from 0."""

    family: ClassVar[str] = "schedule"

    def first_rate(self) -> float | None:
        """The rate of the first update, where it is one of the arguments."""
        return None


class ChangingSchedule(Schedule):
    """A learning rate that is not the same at all updates."""

    update: Literal["step", "epoch"] = Field(
        default="step",
        description="whether the rate changes at every step, or at the start of an epoch",
    )


class Optimizer(Construct):
    """The rule that turns gradients into new weights."""

    family: ClassVar[str] = "optimizer"

    def slots(self) -> tuple[str, ...]:
        """Names of the arrays kept for each trained weight, all of its shape."""
        return ()

    def reach(self, gradient: float) -> float:
        """The most that one update moves a weight, in learning rates.

        Args:
            gradient: what no gradient of the weight has been larger than.

        Returns:
            a bound that holds for every such history; 0 where none is known.
        """
        return 0.0


class Callback(Construct):
    """A decision taken at the end of an epoch."""

    family: ClassVar[str] = "callback"


class Source(Construct):
    """Where examples come from."""

    family: ClassVar[str] = "source"


class Transform(Construct):
    """A step that prepares data before training; fitted on the training part alone."""

    family: ClassVar[str] = "transform"
    #: Whether the step chooses rows (before the split) or changes values (after it).
    chooses_rows: ClassVar[bool] = False
    #: Whether what it makes are measurements, never class numbers or probabilities.
    continuous: ClassVar[bool] = False

    def applies_to(self) -> Any:
        """The names of the fields it changes; empty for all inputs."""
        return ()
