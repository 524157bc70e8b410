"""What all callbacks have in common that watch a figure of the history."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..families import Callback
from ..types import Epochs, NameOf, NonNegative

__all__ = ["Monitored"]


class Monitored(Callback):
    """A decision that depends on whether a figure improves."""

    #: What it does once its patience is over, as in "before … could be …".
    effect: ClassVar[str]

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

    def larger_is_better(self) -> bool:
        """Whether a larger figure is an improvement."""
        if self.mode is not None:
            return self.mode == "max"
        return self.monitor.endswith("accuracy")

    def fewest_epochs(self) -> int:
        """The epochs that a training needs at least for it to have an effect.

        One is the best, and the patience comes after it.
        """
        return int(self.patience.value) + 1
