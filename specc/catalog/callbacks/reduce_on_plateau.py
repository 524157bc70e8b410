"""Lowering the learning rate when a figure no longer improves."""

from typing import ClassVar

from pydantic import Field

from ..types import Duration, Epochs, NonNegative, SomeEpochs
from .monitored import Monitored

__all__ = ["ReduceOnPlateau"]


class ReduceOnPlateau(Monitored):
    """Lowers the learning rate when the monitored figure has not improved for `patience`.

    The rate, which must be a number and no schedule that changes by itself, is multiplied
    by `factor` from the next epoch on. Counting: the wait grows with each epoch that
    brings no improvement by more than `min_delta`; when it reaches the patience the rate
    is lowered and the wait begins anew. A cooldown of c leaves c − 1 epochs after that
    out of the wait. At `min_learning_rate` the rate stays. A figure that is not a number
    counts as worse than any. Each phase begins with its own rate, and counts anew.
    """

    keyword: ClassVar[str] = "reduce_on_plateau"
    formula: ClassVar[str] = (
        "lr ← max(lr · factor, min_learning_rate) after each `patience` epochs without"
        " improvement"
    )
    reference: ClassVar[str] = (
        "Keras: ReduceLROnPlateau, https://keras.io/api/callbacks/reduce_lr_on_plateau/"
    )
    example: ClassVar[str] = (
        "reduce_on_plateau(monitor = val_loss, factor = 0.2, patience = 5 epochs)"
    )
    vary: ClassVar[dict[str, object]] = {
        "monitor": "loss",
        "min_delta": 0.05,
        "cooldown": Duration(value=3, unit="epochs"),
        "min_learning_rate": 0.02,
    }
    effect: ClassVar[str] = "a lowered learning rate could be used"
    sets_rate: ClassVar[bool] = True

    patience: Epochs = Field(
        default=Duration(value=10, unit="epochs"),
        description="epochs without improvement after which the rate is lowered",
    )
    min_delta: NonNegative = Field(
        default=1e-4, description="an improvement must exceed this"
    )
    factor: float = Field(
        default=0.1, gt=0, lt=1, description="what the learning rate is multiplied by"
    )
    cooldown: SomeEpochs = Field(
        default=Duration(value=0, unit="epochs"),
        description="of so many epochs after the rate was lowered all but the last are"
        " not counted",
    )
    min_learning_rate: NonNegative = Field(
        default=0.0, description="the rate is not made lower than this"
    )

    def fewest_epochs(self) -> int:
        return super().fewest_epochs() + 1  # and one at the lower rate

    def least_rate(self) -> float:
        return self.min_learning_rate
