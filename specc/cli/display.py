"""What a terminal shows of a comparison while it runs: how far each side is."""

from __future__ import annotations

from typing import IO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from ..verify import Watch
from ..verify.protocol import STAGES

__all__ = ["Display"]

#: Stages in plain words; the others are shown by their names.
_WORDS = {
    "start-up": "starting",
    "load": "loading the program",
    "build": "building the model",
    "alone": "layers by themselves",
    "look": "layers and gradients",
    "loop": "training",
    "train": "training",
    "after": "outputs after training",
    "resume": "training on from a saved state",
    "plain": "schedules and decisions",
    "not_finite": "a loss that is not finite",
    "guards": "damaged weights",
}


class Display(Watch):
    """A line for each side, with a bar over the stages; gone when the comparison is over."""

    def __init__(self, stream: IO[str]) -> None:
        self._shown = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[stage]}", markup=False),
            TimeElapsedColumn(),
            console=Console(file=stream, highlight=False),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._compared: TaskID | None = None

    def side(self, name: str, precision: str, stage: str) -> None:
        order = ("start-up", *STAGES, "done")
        if self._compared is not None:
            self._shown.update(self._compared, total=1, completed=1)
            self._compared = None
        words = _WORDS.get(stage, stage.replace("_", " "))
        self._put(f"{name} {precision}", order.index(stage), len(order) - 1, words)

    def comparing(self, precision: str) -> None:
        self._put(f"comparing {precision}", 0, None, "")
        self._compared = self._tasks[f"comparing {precision}"]

    def end(self) -> None:
        self._shown.stop()

    def _put(self, line: str, done: int, total: int | None, stage: str) -> None:
        if not self._tasks:
            self._shown.start()
        if line not in self._tasks:
            self._tasks[line] = self._shown.add_task(line, total=total, stage=stage)
        self._shown.update(self._tasks[line], completed=done, total=total, stage=stage)
