"""Stopping when a figure no longer improves."""

from typing import ClassVar

from pydantic import Field

from .monitored import Monitored

__all__ = ["EarlyStopping"]


class EarlyStopping(Monitored):
    """Stops training when the monitored figure has not improved for `patience`.

    Counting: the wait grows with each epoch that brings no improvement by more than
    `min_delta`, and training stops when it reaches the patience, but never at the first
    epoch. A figure that is not a number counts as worse than any.
    """

    keyword: ClassVar[str] = "early_stopping"
    formula: ClassVar[str] = (
        "stop after epoch e > 1 when none of the last `patience` epochs improved on"
        " the best before it"
    )
    reference: ClassVar[str] = "Prechelt 1998, doi:10.1007/3-540-49430-8_3"
    example: ClassVar[str] = (
        "early_stopping(monitor = val_loss, patience = 10 epochs, restore_best = true)"
    )
    vary: ClassVar[dict[str, object]] = {"monitor": "loss", "baseline": 0.01}
    effect: ClassVar[str] = "training could stop"

    baseline: float | None = Field(
        default=None, description="the wait is reset only by figures better than this"
    )
    start_from_epoch: int = Field(
        default=0, ge=0, description="first epoch, from 0, that is watched"
    )
    restore_best: bool = Field(
        default=False, description="whether training ends with the best epoch's weights"
    )

    def fewest_epochs(self) -> int:
        return self.start_from_epoch + super().fewest_epochs()
