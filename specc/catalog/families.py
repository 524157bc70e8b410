"""The families of constructs that appear as arguments of others, and what each must say."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, SerializeAsAny, model_validator

from .construct import Construct
from .member import Member

__all__ = [
    "CLIPPING",
    "Activation",
    "Callback",
    "ChangingSchedule",
    "Constraint",
    "Initializer",
    "Law",
    "Loss",
    "Metric",
    "Optimizer",
    "ProbabilityLoss",
    "Regularizer",
    "Schedule",
    "ScheduleArg",
    "Source",
    "TargetKind",
    "Transform",
    "Wrapper",
]


class Activation(Construct):
    """An elementwise or last-axis function of a tensor."""

    family: ClassVar[str] = "activation"


#: One number, or the continuous distribution function of a number that is drawn.
Law = float | Callable[[float], float]


class Initializer(Construct):
    """The distribution that a weight is drawn from before training."""

    family: ClassVar[str] = "initializer"

    def follows(self, fan_in: int, fan_out: int) -> Law | None:
        """What each entry of a weight follows, to which the proof holds it.

        None where it cannot be said: entries then are held against other backends alone.
        """
        return None


class Regularizer(Construct):
    """A penalty on a weight that is added to the loss once a batch."""

    family: ClassVar[str] = "regularizer"


class Constraint(Construct):
    """A projection that is applied to a weight after every update."""

    family: ClassVar[str] = "constraint"

    def axes(self) -> tuple[int, ...]:
        """The axes of a weight that it acts along; none if it acts on each entry."""
        return ()


TargetKind = Literal["values", "binary", "classes", "one_hot"]


class Loss(Construct):
    """What training makes small: a mean over the examples of a batch."""

    family: ClassVar[str] = "loss"
    #: The activation whose input (the logits) the loss is computed from, if it ends the output.
    fuses: ClassVar[str | None] = None
    #: What a target holds: numbers of the output's shape; numbers from 0 to 1, each for
    #: one yes or no; class numbers; or one-hot rows. All but the first tell classes apart.
    target: ClassVar[TargetKind] = "values"

    weight: float = Field(
        default=1.0, gt=0, description="factor in the sum of all losses"
    )

    def takes_logits(self) -> bool:
        """Whether an output with this loss holds logits."""
        return False

    def divides(self) -> bool:
        """Whether it divides by p and 1 − p, where the output holds probabilities p.

        Rounding of a p near 1 then comes out many times as large.
        """
        return self.target == "binary" and not self.takes_logits()


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
    #: Whether it counts which entry is largest (or, for targets of yes or no, exceeds 1/2).
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


ScheduleArg = Annotated[SerializeAsAny[Schedule], Member("schedule", number="constant")]
Limit = Annotated[float, Field(gt=0)]

#: The arguments by which gradients are clipped, of which one at most is given.
CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


class Optimizer(Construct):
    """The rule that turns gradients into new weights.

    It has a learning rate, and gradients may be clipped before it.
    """

    family: ClassVar[str] = "optimizer"
    #: Whether it scales the step of each weight by the gradients that the weight has had.
    adaptive: ClassVar[bool] = False

    learning_rate: ScheduleArg = Field(description="a number, or a schedule")
    clipnorm: Limit | None = Field(
        default=None,
        description="largest norm of each weight's gradient: g · c / max(‖g‖, c)",
    )
    clipvalue: Limit | None = Field(
        default=None, description="largest absolute value of a gradient's entries"
    )
    global_clipnorm: Limit | None = Field(
        default=None,
        description="largest norm of all gradients together: g · c · min(1/‖g‖, 1/c)",
    )

    @model_validator(mode="after")
    def _one_way_to_clip(self) -> Self:
        given = [name for name in CLIPPING if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"give one of {' and '.join(given)}, not both")
        return self

    def clipping(self) -> tuple[str, float] | None:
        """The argument by which gradients are clipped, and its bound; None without."""
        for name in CLIPPING:
            limit: float | None = getattr(self, name)
            if limit is not None:
                return name, limit
        return None

    def slots(self) -> tuple[str, ...]:
        """Names of the arrays kept for each trained weight, all of its shape."""
        return ()

    def rate_slot(self) -> tuple[str, float] | None:
        """The slot that the rate times the gradient is added up in, and the share kept.

        None where they go into the weights, which are kept whole.
        """
        return None

    def reach(self, gradient: float) -> float:
        """The most that one update moves a weight, in learning rates.

        Args:
            gradient: what no gradient of the weight has been larger than.

        Returns:
            a bound that holds for every such history; 0 where none is known.
        """
        return 0.0


class Wrapper(Construct):
    """How a layer, which it is written around, is applied.

    It leaves no node of its own in the intermediate form: what it says is said of the
    layer's call.
    """

    family: ClassVar[str] = "wrapper"


class Callback(Construct):
    """A decision taken at the end of an epoch.

    All that a training or a phase has are given the same record; none sees what another
    decides, so their order in a spec changes nothing.
    """

    family: ClassVar[str] = "callback"
    #: Whether it sets the learning rate, which then is no schedule that changes by itself.
    sets_rate: ClassVar[bool] = False

    def least_rate(self) -> float:
        """The learning rate below which it sets none."""
        return 0.0

    def may_set(self, rate: float) -> bool:
        """Whether it could ever change a learning rate that begins so."""
        return self.sets_rate and self.least_rate() < rate


class Source(Construct):
    """Where examples come from.

    What reads it is registered with `specc.data.table.open_source`.
    """

    family: ClassVar[str] = "source"


class Transform(Construct):
    """A step that prepares data before training; fitted on the training part alone.

    What carries it out is registered with `specc.data.rows.choose_rows` or
    `specc.data.fitting.fit`.
    """

    family: ClassVar[str] = "transform"
    #: Whether the step chooses rows (before the split) or changes values (after it).
    chooses_rows: ClassVar[bool] = False
    #: Whether what it makes are measurements, never class numbers or probabilities.
    continuous: ClassVar[bool] = False

    def applies_to(self) -> Any:
        """The names of the fields it changes; empty for all inputs."""
        return ()

    def reads(self) -> tuple[str, ...]:
        """The fields, or bindings of one field, that it chooses rows by."""
        return ()
