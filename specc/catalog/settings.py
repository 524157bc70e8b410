"""The plain settings of a data block and a train block: ``key = value`` statements.

They are constructs of the family ``settings``, so that their types, defaults and docs
are declared as those of all others.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from .construct import Construct
from .types import Count, Frozen, OptimizerArg, Portion, SourceArg

__all__ = [
    "SETTINGS",
    "DataSettings",
    "PhaseSettings",
    "PhasedSettings",
    "TrainSettings",
]


class Settings(Construct):
    """The settings of a block."""

    family: ClassVar[str] = "settings"


class DataSettings(Settings):
    """The settings of a data block: where examples come from and how they are divided."""

    keyword: ClassVar[str] = "data"
    formula: ClassVar[str] = (
        "test = the first of the seeded order, then validation, then training"
    )
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = (
        "data Digits { source = digits; test = 20%; validation = 10% }"
    )

    source: SourceArg = Field(description="the data set")
    test: Portion | None = Field(
        default=None, description="share or number of examples held back for evaluation"
    )
    validation: Portion | None = Field(
        default=None,
        description="share or number of the remaining examples watched during training",
    )
    split_seed: Annotated[int, Field(ge=0)] = Field(
        default=0, description="seed of the order in which the examples are divided"
    )


class TrainSettings(Settings):
    """The settings of a train block that are not losses, metrics or callbacks."""

    keyword: ClassVar[str] = "train"
    formula: ClassVar[str] = "weights after epochs · ⌈examples / batch_size⌉ updates"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = (
        "train Net on Digits { loss = mse; optimizer = adam; epochs = 20 }"
    )

    optimizer: OptimizerArg = Field(
        description="the update rule, with its learning rate"
    )
    epochs: Count = Field(description="passes over the training part")
    freeze: Frozen = Field(
        default=(),
        description="layers and weights that are left as they are: names, or patterns"
        " with * ? [abc]",
    )
    batch_size: Count = Field(
        default=32, description="examples in a step; the last may have fewer"
    )
    seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(
        default=0, description="of initial weights, order and noise"
    )
    shuffle: bool = Field(
        default=True, description="whether each epoch has an order of its own"
    )
    precision: Literal["float32", "float64"] = Field(
        default="float32", description="type of weights and activations"
    )
    on_nan: Literal["stop", "continue"] = Field(
        default="stop", description="what to do when the loss is not a finite number"
    )


class PhasedSettings(TrainSettings):
    """The settings of a train block with phases: what they need not say themselves."""

    optimizer: OptimizerArg | None = Field(  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]
        default=None, description="the update rule of phases that give none"
    )
    epochs: Count | None = Field(  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]
        default=None, description="epochs of phases that give none"
    )


class PhaseSettings(Settings):
    """The settings of a phase; what it does not give is as in the train block."""

    keyword: ClassVar[str] = "phase"
    formula: ClassVar[str] = "weights after epochs · ⌈examples / batch_size⌉ updates"
    reference: ClassVar[str] = "definition"
    example: ClassVar[str] = (
        'phase head { freeze = ["base/*"]; epochs = 4; optimizer = sgd(0.001) }'
    )

    optimizer: OptimizerArg = Field(
        description="the update rule, whose slots and schedule begin with the phase"
    )
    epochs: Count = Field(description="passes over the training part in this phase")
    freeze: Frozen = Field(
        default=(),
        description="layers and weights that are left as they are: names, or patterns"
        " with * ? [abc]",
    )


SETTINGS = (DataSettings, TrainSettings, PhaseSettings)
