"""What is seen of a training that stops early: its end, whatever its figures are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any
from unittest.mock import patch

from .protocol import Arrays
from .watching import Enough, OneBatch
from .workplace import Workplace, unlike

__all__ = ["BEST", "LAST", "Ending"]

#: Epochs, counted from 0: the one that is found best, and the one after which to stop.
BEST, LAST = 1, 3


class Ending(Workplace):
    """The stage in which early stopping stops."""

    def stop(self) -> None:
        """Train by the program's loop until a rule says stop, which remembers an epoch.

        Where the spec has no such rule, that is the last epoch. Noted are the epochs that
        the rule heard of, those in which it was told another record than the loop gives,
        how many epochs were done, whether their records were returned, and weights that
        are not those of the best or of the last epoch.
        """
        for phase in self.phases() if self.case.epochs else ():
            self.stop_in(phase)

    def stop_in(self, phase: int) -> None:
        """The end of a phase, after which there is no other."""
        module, state = self.module, self.state
        self.begin(phase)
        if phase:  # it counts from its own first epoch
            state.epoch = state.phase_epoch = 2 * phase
        rule, hooks = Rule(), Epochs(module)
        stops = state.stopping is not None
        if stops:
            rule.restores = getattr(state.stopping, "restore_best", True)
            state.stopping = rule
        history: list[dict[str, float]] = []
        count: Any = LAST + 3 if stops else LAST + 1
        kept = getattr(module, "PHASES", ())[: phase + 1]
        with (
            patch.object(module, "EPOCHS", (count,) * len(kept) if kept else count),
            patch.object(module, "PHASES", kept) if kept else nullcontext(),
            suppress(Enough),
        ):
            _, history = module.train(OneBatch(self, LAST + 4), state, hooks)
        end = module.export_weights(state)
        self.figures[f"stopped{phase or ''}"] = {
            "told": rule.epochs,
            "misled": [
                n
                for n, (a, b) in enumerate(zip(rule.logs, hooks.logs, strict=False))
                if a != b
            ],
            "done": len(hooks.logs),
            "history": [_figures(logs) for logs in history] == hooks.logs,
            "not the best": unlike(end, hooks.weights.get(BEST, {})),
            "not the last": unlike(end, hooks.weights.get(LAST, {})),
        }


class Rule:
    """Early stopping that finds an epoch best and stops after another."""

    def __init__(self) -> None:
        self.stopped = False
        #: What the program's own rule says, where not all of them do.
        self.restores = True
        self.best_weights: Any = None
        self.epochs: list[int] = []
        self.logs: list[dict[str, float]] = []

    def update(
        self, epoch: int, logs: dict[str, float], weights: Callable[[], Any]
    ) -> bool:
        """Remember what `weights` gives at the best epoch."""
        self.epochs.append(epoch)
        self.logs.append(_figures(logs))
        if epoch == BEST and self.restores:
            self.best_weights = weights()
        self.stopped = epoch >= LAST
        return self.stopped


class Epochs:
    """Hooks that keep figures and weights of each epoch."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.logs: list[dict[str, float]] = []
        self.weights: dict[int, Arrays] = {}

    def on_step(self, state: Any, rows: int, logs: dict[str, float]) -> None:
        """Nothing."""

    def on_epoch(self, state: Any, logs: dict[str, float]) -> None:
        """Keep both."""
        found = self.module.export_weights(state)
        if len(self.logs) in (BEST, LAST):
            self.weights[len(self.logs)] = {n: a.copy() for n, a in found.items()}
        self.logs.append(_figures(logs))


def _figures(logs: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in logs.items() if name != "seconds"}
