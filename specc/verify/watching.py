"""Batches and hooks through which a case watches a program's own training loop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from .protocol import Arrays, Case

__all__ = [
    "Enough",
    "OneBatch",
    "Recorder",
    "SpoiltBatches",
    "WindowBatches",
    "never_lower",
    "never_stop",
]


class Watched(Protocol):
    """What is watched: a case on its way (`specc.verify.case.Trial`)."""

    case: Case
    module: Any
    state: Any

    def steps_per_epoch(self) -> int:
        """The steps of an epoch of this case."""
        ...

    def batch(self, name: str) -> Arrays:
        """A batch by its name."""
        ...

    def keep(self, prefix: str, arrays: dict[str, Any]) -> None:
        """Write arrays down."""
        ...

    def put_logs(self, prefix: str, logs: dict[str, Any]) -> None:
        """Write figures down."""
        ...


class NeverStops:
    """Early stopping that takes no notice of figures."""

    stopped = False
    best_weights = None

    def update(self, *_: Any) -> bool:
        """Go on."""
        return False


def never_stop(state: Any) -> None:
    """Let a training go on whatever its figures are."""
    if state.stopping is not None:
        state.stopping = NeverStops()


def never_lower(state: Any) -> None:
    """Leave the learning rate as it is whatever its figures are."""
    plateau = getattr(state, "plateau", None)
    if plateau is not None:
        plateau.update = NeverStops().update


class Enough(Exception):
    """Enough epochs have been seen."""


class WindowBatches:
    """The batches of a case, as a training loop takes them."""

    def __init__(self, trial: Watched) -> None:
        self.trial = trial
        self.steps_per_epoch = trial.steps_per_epoch()
        self.ids: list[list[int]] = []

    def epoch(self, number: int) -> Iterator[Arrays]:
        """The batches of an epoch counted from 0; what is handed out is written down."""
        if number >= len(self.trial.case.epochs):
            raise Enough
        for name in self.trial.case.epochs[number]:
            batch = self.trial.batch(name)
            self.ids.append(batch["ids"].tolist())
            yield batch

    def validation(self) -> Iterator[Arrays] | None:
        """The batches of the held-out part, if there is one."""
        names = self.trial.case.validation
        return (self.trial.batch(name) for name in names) if names else None


class SpoiltBatches(WindowBatches):
    """One batch an epoch with inputs that are not numbers, and the same held out."""

    def __init__(self, trial: Watched, held_out: bool = False) -> None:
        super().__init__(trial)
        self.held_out = held_out

    def epoch(self, number: int) -> Iterator[Arrays]:
        """The first batch of all, spoilt."""
        batch = self.trial.batch(self.trial.case.epochs[0][0])
        for name in self.trial.module.INPUTS:
            if batch[name].dtype.kind == "f":
                batch[name] = np.full_like(batch[name], np.nan)
        yield batch

    def validation(self) -> Iterator[Arrays] | None:
        """The same batch, if anything is held out."""
        return self.epoch(0) if self.held_out else None


class OneBatch:
    """One batch an epoch, and the first one that is held out."""

    steps_per_epoch = 1

    def __init__(self, trial: Watched, most: int = 1) -> None:
        self.trial = trial
        self.left = most

    def epoch(self, number: int) -> Iterator[Arrays]:
        """The first batch of all, in so many epochs at the most."""
        if not self.left:
            raise Enough
        self.left -= 1
        yield self.trial.batch(self.trial.case.epochs[0][0])

    def validation(self) -> Iterator[Arrays] | None:
        """The first batch of the held-out part, if there is one."""
        names = self.trial.case.validation[:1]
        return (self.trial.batch(name) for name in names) if names else None


class Recorder:
    """Hooks that write down what the loop does, and leave it when enough is seen."""

    def __init__(self, trial: Watched, stop_at: int = 0) -> None:
        self.trial = trial
        self.stop_at = stop_at
        self.steps = 0
        self.rows: list[int] = []
        self.between: Arrays | None = None
        self.steps_between = 0

    def on_step(self, state: Any, rows: int, logs: dict[str, float]) -> None:
        """Write down the state after an update."""
        trial = self.trial
        trial.state = state
        self.steps += 1
        if self.stop_at:
            if self.steps == self.stop_at:
                raise Enough
            return
        self.rows.append(rows)
        trial.put_logs(f"logs/{self.steps}", logs)
        if self.steps in trial.case.record:
            trial.keep(f"steps/{self.steps}", trial.module.export_state(state))

    def on_epoch(self, state: Any, logs: dict[str, float]) -> None:
        """Write down the figures of an epoch, all but the time it took."""
        trial = self.trial
        trial.state = state
        if self.stop_at:
            return
        seen = {name: value for name, value in logs.items() if name != "seconds"}
        trial.put_logs(f"epochs/{state.epoch}", seen)
        epochs, spans = trial.case.epochs, trial.case.spans
        if spans:
            last = state.phase == len(spans) - 1
            between = last and state.epoch - state.phase_epoch == 1 < spans[-1]
        else:
            between = state.epoch == 1 < len(epochs)
        if between:
            self.between = trial.module.export_state(state)
            self.steps_between = self.steps
        whole = spans or len(epochs) >= trial.module.EPOCHS
        if state.epoch >= len(epochs) and not whole:
            raise Enough
