"""Stopping when a figure no longer improves."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..families import Callback
from ..types import Epochs, NameOf, NonNegative

__all__ = ["EarlyStopping"]


class EarlyStopping(Callback):
    """Stops training when the monitored figure has not improved for `patience`.

    Counting: the wait grows with each epoch that brings no improvement by more than
    `min_delta`, and training stops when it reaches the patience, but never at the first
    epoch. A figure that is not a number counts as worse than any.
    """

    keyword: ClassVar[str] = "early_stopping"
    formula: ClassVar[str] = (
        "stop after epoch e > 1 when none of the last max(patience, 1) epochs improved on"
        " the best before it"
    )
    reference: ClassVar[str] = "Prechelt 1998, doi:10.1007/3-540-49430-8_3"
    example: ClassVar[str] = (
        "early_stopping(monitor = val_loss, patience = 10 epochs, restore_best = true)"
    )
    vary: ClassVar[dict[str, object]] = {"monitor": "loss", "baseline": 0.01}

    monitor: Annotated[str, NameOf("figure")] = Field(
        default="val_loss", description="the figure to watch, a key of the history"
    )
    patience: Epochs = Field(description="epochs without improvement that are endured")
    min_delta: NonNegative = Field(
        default=0.0, description="an improvement must exceed this"
    )
    mode: Literal["min", "max"] | None = Field(
        default=None,
        description="whether smaller or larger is better; none: larger for accuracy,"
        " smaller for all else",
    )
    baseline: float | None = Field(
        default=None, description="the wait is reset only by figures better than this"
    )
    start_from_epoch: int = Field(
        default=0, ge=0, description="first epoch, from 0, that is watched"
    )
    restore_best: bool = Field(
        default=False, description="whether training ends with the best epoch's weights"
    )

    def larger_is_better(self) -> bool:
        """Whether a larger figure is an improvement."""
        if self.mode is not None:
            return self.mode == "max"
        return self.monitor.endswith("accuracy")
