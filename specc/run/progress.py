"""What a user sees of a training: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import IO, Any

__all__ = ["Bar", "Lines", "Progress", "line", "progress_on"]

#: Figures of an epoch that are not losses or metrics.
_FRAME = ("phase", "epoch", "step", "seconds", "learning_rate")


#: Columns of the line of an epoch.
_WIDTH = 120
#: Figures that are always shown.
_TOTALS = ("loss", "val_loss")


def line(
    figures: Mapping[str, Any], epochs: int, examples: int, width: float = _WIDTH
) -> str:
    """The figures of an epoch in a line; `examples` counts those it trained on.

    Losses and metrics of single outputs are left out, with a sign for them, where the
    line would be longer than `width`: the totals remain, and the history has all.
    """
    digits = len(str(epochs))
    head = f"epoch {int(figures['epoch']):{digits}}/{epochs}"
    if "phase" in figures:
        head += f"  {figures['phase']}"
    end = [f"learning rate {figures['learning_rate']:.3g}"]
    seconds = figures["seconds"]
    if seconds > 0:
        end.append(f"{examples / seconds:,.0f} samples/s")
    texts = {k: f"{k} {v:.4g}" for k, v in figures.items() if k not in _FRAME}
    left = width - len("  ".join([head, *end]))
    left -= sum(len(texts[name]) + 2 for name in _TOTALS if name in texts)
    room = {name: len(text) + 2 for name, text in texts.items() if name not in _TOTALS}
    shown = set(_TOTALS) | set(_fitting(room, left))
    parts = [text for name, text in texts.items() if name in shown]
    more = [] if len(parts) == len(texts) else ["…"]
    return "  ".join([head, *parts, *more, *end])


def _fitting(room: Mapping[str, int], left: float) -> list[str]:
    """The names that fit beside a sign for those left out, or all: metrics first."""
    if sum(room.values()) <= left:
        return list(room)
    left -= 3
    found: list[str] = []
    # Losses of single outputs are in the total; metrics are nowhere else.
    for name in sorted(room, key=lambda name: name.endswith("_loss")):
        if room[name] > left:
            break
        found.append(name)
        left -= room[name]
    return found


class Progress:
    """Shows nothing; what is shown elsewhere goes the same way."""

    def start(self, epochs: int, steps: int, examples: int) -> None:
        """Training begins: so many epochs, steps in each, examples in each."""

    def phase(self, name: str) -> None:
        """A phase of that name begins, where there are several, or goes on."""

    def step(
        self, epoch: int, rows: int, rate: float, logs: Mapping[str, float]
    ) -> None:
        """A step of epoch `epoch`, from 1, is done, of so many examples, at that rate."""

    def epoch(self, figures: Mapping[str, Any]) -> None:
        """An epoch is done."""

    def end(self) -> None:
        """Training is over, in whatever way."""


class Lines(Progress):
    """One plain line an epoch, with all its figures: it may go to a file."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._epochs = 0
        self._examples = 0

    def start(self, epochs: int, steps: int, examples: int) -> None:
        self._epochs, self._examples = epochs, examples

    def epoch(self, figures: Mapping[str, Any]) -> None:
        text = line(figures, self._epochs, self._examples, math.inf)
        print(text, file=self._stream, flush=True)


class Bar(Progress):
    """A bar for the epoch that runs, and a line for each that is done."""

    #: Seconds between two looks at the bar.
    PAUSE = 0.1

    def __init__(self, stream: IO[str]) -> None:
        from rich.console import Console

        self._console = Console(file=stream, highlight=False)
        self._bar: Any = None
        self._epochs = 0
        self._examples = 0
        self._steps = 0
        self._shown = 0.0
        self._phase = ""
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        self._done, self._rows, self._began = 0, 0, time.monotonic()

    def phase(self, name: str) -> None:
        self._phase = f"  {name}"

    def start(self, epochs: int, steps: int, examples: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as RichProgress

        self._epochs, self._steps, self._examples = epochs, steps, examples
        self._bar = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            console=self._console,
            transient=True,
            auto_refresh=False,
        )
        self._task = self._bar.add_task("epoch", total=steps, figures="")
        self._bar.start()
        self._begin_epoch()

    def step(
        self, epoch: int, rows: int, rate: float, logs: Mapping[str, float]
    ) -> None:
        self._done += 1
        self._rows += rows
        now = time.monotonic()
        if now - self._shown < self.PAUSE:
            return
        self._shown = now
        figures = [f"{name} {value:.4g}" for name, value in logs.items()]
        figures.append(f"learning rate {rate:.3g}")
        if now > self._began:
            figures.append(f"{self._rows / (now - self._began):,.0f} samples/s")
        self._bar.update(
            self._task,
            completed=self._done,
            description=f"epoch {epoch}/{self._epochs}{self._phase}",
            figures="  ".join(figures),
            refresh=True,
        )

    def epoch(self, figures: Mapping[str, Any]) -> None:
        self._begin_epoch()
        text = line(figures, self._epochs, self._examples)
        self._console.print(text, markup=False, soft_wrap=True)

    def end(self) -> None:
        if self._bar is not None:
            self._bar.stop()


def progress_on(stream: IO[str]) -> Progress:
    """What suits a stream: a bar on a terminal, plain lines elsewhere."""
    return Bar(stream) if stream.isatty() else Lines(stream)
