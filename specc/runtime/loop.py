"""What the loop over epochs needs."""

import math
from collections.abc import Callable, Iterable
from typing import Any

from .types import Arrays, Figures


class Hooks:
    """What a caller may do while training runs; override what is needed."""

    def on_step(self, state: Any, rows: int, logs: Figures) -> None:
        """Run after each update; `state.step` counts the updates made."""

    def on_epoch(self, state: Any, logs: Figures) -> None:
        """Run after each epoch with its figures; `state.epoch` counts those done."""


class PrintEpochs(Hooks):
    """Prints a line for each epoch."""

    def on_epoch(self, state: Any, logs: Figures) -> None:
        """Print the time and the losses and metrics of the epoch."""
        apart = ("epoch", "step", "seconds", "learning_rate")
        figures = {name: logs[name] for name in logs if name not in apart}
        if hasattr(state, "plateau"):
            figures["learning_rate"] = logs["learning_rate"]
        seconds = f"{logs['seconds']:.2f}s"
        print(f"{state.epoch:5d} {seconds:>7}  {in_columns(figures)}", flush=True)


class PrintPhases(PrintEpochs):
    """Prints a line for each epoch, which begins with the name of its phase."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def on_epoch(self, state: Any, logs: Figures) -> None:
        """Print the phase, the time and the losses and metrics of the epoch."""
        print(f"{self.names[state.phase]:{max(map(len, self.names))}}", end=" ")
        super().on_epoch(state, {k: logs[k] for k in logs if k != "phase"})


def in_columns(figures: Figures) -> str:
    """Return figures with their names, as wide on each line."""
    shown = [f"{name} {figure:<9.4g}" for name, figure in figures.items()]
    return "  ".join(shown).rstrip()


class NotFiniteError(ArithmeticError):
    """A figure of training is infinite or not a number.

    `name` is the figure's, or the path of a weight, whose largest entry then is the
    figure; `step` counts the updates before. `batch` is what the step was made on, None
    for a figure of the state between steps.
    """

    def __init__(self, name: str, figure: float, step: int, batch: Any = None) -> None:
        super().__init__(f"{name} is {figure} at step {step}")
        self.name = name
        self.figure = figure
        self.step = step
        self.batch = batch


def check_finite(figures: Figures, step: int, batch: Any = None) -> None:
    """Raise a NotFiniteError for the first figure that is infinite or not a number."""
    for name, figure in figures.items():
        if not math.isfinite(figure):
            raise NotFiniteError(name, figure, step, batch)


class Means:
    """Means over examples of figures that are means over batches."""

    def __init__(self) -> None:
        self.rows = 0
        self.sums: Figures = {}

    def add(self, rows: int, logs: Figures) -> None:
        """Take in the figures of a batch of so many examples."""
        self.rows += rows
        for name, figure in logs.items():
            self.sums[name] = self.sums.get(name, 0.0) + rows * figure

    def result(self) -> Figures:
        """Return the means."""
        return {name: total / self.rows for name, total in self.sums.items()}


def evaluate(
    state: Any, batches: Iterable[Arrays], evaluate_step: Callable[..., Figures]
) -> Figures:
    """Return loss and metrics over batches, in inference mode."""
    means = Means()
    for batch in batches:
        means.add(len(batch["ids"]), evaluate_step(state, batch))
    return means.result()
