"""Stopping when a figure no longer improves."""

from collections.abc import Callable
from typing import Any

from .types import Figures
from .watching import Watcher


class EarlyStopping(Watcher):
    """Says when to stop because a figure no longer improves.

    `best` is the best figure so far, `best_weights` what was in force at `best_epoch`
    where it is to be restored.
    """

    def __init__(
        self,
        monitor: str,
        patience: int,
        min_delta: float,
        larger_is_better: bool,
        baseline: float | None,
        start_from_epoch: int,
        restore_best: bool,
    ) -> None:
        self.monitor = monitor
        self.patience = patience
        self.min_delta = min_delta
        self.larger_is_better = larger_is_better
        self.baseline = baseline
        self.start_from_epoch = start_from_epoch
        self.restore_best = restore_best
        self.wait = 0
        self.best: float | None = None
        self.best_epoch = 0
        self.best_weights: Any = None
        self.stopped = False

    def update(self, epoch: int, logs: Figures, weights: Callable[[], Any]) -> bool:
        """Take in the figures of `epoch`, counted from 0, and say whether to stop.

        `weights` is called for what to remember when the figure is the best so far.
        """
        if epoch < self.start_from_epoch:
            return False
        figure = logs[self.monitor]
        better = self.improves(figure, self.best)
        if better:
            self.best, self.best_epoch = figure, epoch
        if self.restore_best and (better or self.best_weights is None):
            self.best_weights, self.best_epoch = weights(), epoch
        self.wait += 1
        if better and (self.baseline is None or self.improves(figure, self.baseline)):
            self.wait = 0
        self.stopped = not better and self.wait >= self.patience and epoch > 0
        return self.stopped
