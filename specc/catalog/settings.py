"""The plain settings of a data block and a train block: ``key = value`` statements.

They are constructs of the family ``settings``, so that their types, defaults and docs
are declared as those of all others.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from .construct import Construct
from .types import Count, OptimizerArg, Portion, SourceArg

__all__ = ["SETTINGS", "DataSettings", "TrainSettings"]


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


SETTINGS = (DataSettings, TrainSettings)
