"""Lowering the learning rate when a figure no longer improves."""

from typing import Any

import numpy as np

from .types import Arrays, Figures
from .watching import Watcher


class ReduceOnPlateau(Watcher):
    """Lowers a learning rate because a figure no longer improves.

    `rate` is the one in force, `best` the best figure so far; `wait` counts the epochs
    without an improvement, `cooling` those that are still to pass before they count.
    """

    def __init__(
        self,
        rate: float,
        monitor: str,
        factor: float,
        patience: int,
        min_delta: float,
        larger_is_better: bool,
        cooldown: int,
        min_learning_rate: float,
    ) -> None:
        self.rate = rate
        self.monitor = monitor
        self.factor = factor
        self.patience = patience
        self.min_delta = min_delta
        self.larger_is_better = larger_is_better
        self.cooldown = cooldown
        self.min_learning_rate = min_learning_rate
        self.wait = 0
        self.cooling = 0
        self.best: float | None = None

    def update(self, logs: Figures) -> bool:
        """Take in the figures of an epoch, and say whether the rate was lowered."""
        figure = logs[self.monitor]
        if self.cooling > 0:
            self.cooling -= 1
            self.wait = 0
        if self.improves(figure, self.best):
            self.best, self.wait = figure, 0
            return False
        if self.cooling > 0:
            return False
        self.wait += 1
        if self.wait < self.patience or self.rate <= self.min_learning_rate:
            return False
        self.rate = max(self.rate * self.factor, self.min_learning_rate)
        self.cooling, self.wait = self.cooldown, 0
        return True


#: What is remembered: the rate in force, the best figure, whether one was seen yet, and
#: the epochs that were waited and are to be passed over.
PLATEAU = ("rate", "best", "seen", "wait", "cooling")


def export_plateau(state: Any) -> Arrays:
    """Return what lowers the learning rate of a state as arrays."""
    return plateau_arrays(state.plateau)


def plateau_arrays(plateau: ReduceOnPlateau | None) -> Arrays:
    """Return the rate in force and what is remembered; nothing where the rate stays."""
    if plateau is None:
        return {}
    seen = plateau.best is not None
    best = plateau.best if seen else 0.0
    values = (plateau.rate, best, int(seen), plateau.wait, plateau.cooling)
    found = zip(PLATEAU, values, strict=True)
    return {f"counter/plateau_{name}": np.array(value) for name, value in found}


def import_plateau(state: Any, arrays: Arrays) -> None:
    """Take over what export_plateau returned."""
    plateau = state.plateau
    if plateau is None:
        return
    found = (float(arrays[f"counter/plateau_{name}"]) for name in PLATEAU)
    plateau.rate, best, seen, wait, cooling = found
    plateau.best = best if seen else None
    plateau.wait, plateau.cooling = int(wait), int(cooling)
