"""Decisions taken on the figures of an epoch."""

import math
from typing import Any


class EarlyStopping:
    """Says when to stop because a figure no longer improves.

    `update` returns True when training should end. `best` is the best figure so far and
    `best_weights` what was in force when it was reached (None unless `restore_best`).
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
        self.sign = -1.0 if larger_is_better else 1.0
        self.baseline = baseline
        self.start_from_epoch = start_from_epoch
        self.restore_best = restore_best
        self.wait = 0
        self.best: float | None = None
        self.best_epoch = 0
        self.best_weights: Any = None
        self.stopped = False

    def update(self, epoch: int, logs: dict[str, float], weights: Any) -> bool:
        """Take in the figures of `epoch`, counted from 0, and say whether to stop.

        `weights` is called for what to remember when the figure is the best so far.
        """
        if epoch < self.start_from_epoch:
            return False
        figure = logs[self.monitor]
        if self.restore_best and self.best_weights is None:
            self.best_weights, self.best_epoch = weights(), epoch
        self.wait += 1
        if self._improves(figure, self.best):
            self.best, self.best_epoch = figure, epoch
            if self.restore_best:
                self.best_weights = weights()
            if self.baseline is None or self._improves(figure, self.baseline):
                self.wait = 0
            return False
        self.stopped = self.wait >= self.patience and epoch > 0
        return self.stopped

    def _improves(self, figure: float, reference: float | None) -> bool:
        if math.isnan(figure):
            return False
        if reference is None:
            return True
        return self.sign * figure < self.sign * reference - self.min_delta
