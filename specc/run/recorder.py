"""What is kept of a training while it runs."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from ..emit.shared import stopping_of
from ..ir import Training
from ..live import rate_of
from ..runtime.loop import Hooks
from .checkpoint import Best, Checkpoint, Stopping, newest, write_checkpoint
from .ending import why_stopped
from .folder import RunFolder
from .interrupt import Interrupt
from .progress import Progress

__all__ = ["Monitor", "Recorder", "monitor_of", "restore_stopping"]

#: At most this part of the time goes into writing checkpoints, the first and the last
#: apart.
SHARE = 0.05

Arrays = dict[str, np.ndarray]


class Monitor:
    """The figure whose best epoch a run keeps."""

    def __init__(self, name: str, larger_is_better: bool) -> None:
        self.name = name
        self.larger_is_better = larger_is_better
        self.best: Best | None = None

    def improves(self, figure: float) -> bool:
        """Whether a figure is a finite number and better than all before."""
        if not math.isfinite(figure):
            return False
        if self.best is None:
            return True
        if self.larger_is_better:
            return figure > self.best.figure
        return figure < self.best.figure


def monitor_of(training: Training, validated: bool) -> Monitor:
    """What decides which epoch is the best: early stopping's figure, else the loss.

    Of several phases with early stopping the last one's counts.

    Args:
        training: what is trained.
        validated: whether there is a validation part, whose loss then counts.
    """
    for phase in reversed(training.phases):
        rule = stopping_of(phase)
        if rule is not None:
            return Monitor(rule.monitor, rule.larger_is_better())
    return Monitor("val_loss" if validated else "loss", False)


class Recorder(Hooks):
    """Writes figures and checkpoints, shows progress, and lets Ctrl-C in."""

    def __init__(
        self,
        folder: RunFolder,
        module: Any,
        monitor: Monitor,
        epochs: int,
        progress: Progress,
        interrupt: Interrupt,
    ) -> None:
        self.folder = folder
        self.module = module
        self.monitor = monitor
        self.epochs = epochs
        self.progress = progress
        self.interrupt = interrupt
        self.state: Any = None
        #: How many epochs have their figures in the history.
        self.done = 0
        #: What early stopping did in each phase, where there are several.
        self.endings: list[str] = []
        self._saved_best = 0
        #: What the last epoch left, where it has no checkpoint on the disk.
        self._unsaved: Checkpoint | None = None
        self._wait_until = 0.0

    def begin(self, state: Any, checkpoint: Checkpoint | None) -> None:
        """Take over the state to begin with, and the best weights so far."""
        self.state = state
        self.done = state.epoch
        self._show_phase(state)
        best = checkpoint.best if checkpoint is not None else None
        if best is not None and best.monitor == self.monitor.name:
            self.monitor.best = best

    def _phase(self, state: Any) -> str:
        """The name of the phase that a state is in; empty where there is one phase."""
        names = getattr(self.module, "PHASES", ())
        return names[state.phase] if names else ""

    def _show_phase(self, state: Any) -> None:
        name = self._phase(state)
        if name:
            self.progress.phase(name)

    def on_step(self, state: Any, rows: int, logs: dict[str, float]) -> None:
        self.state = state
        if state.step - 1 == getattr(state, "phase_step", None):
            self._show_phase(state)
        rate = rate_of(self.module, state, state.step - 1)
        self.progress.step(state.epoch + 1, rows, rate, logs)
        self.interrupt.check()

    def on_epoch(self, state: Any, logs: dict[str, float]) -> None:
        self.state = state
        name = self._phase(state)
        figures = {**logs, **({"phase": name} if name else {})}
        # Figures first: those that are ahead of the checkpoint are cut on resuming.
        self.folder.add_history(figures)
        self.done = state.epoch
        self._watch(state, logs)
        last = self._is_last(state)
        # A copy in memory is cheap beside one on the disk, and an end may be asked for
        # in the middle of the next epoch.
        self._unsaved = self._checkpoint(state)
        if last or self.interrupt.asked or time.monotonic() >= self._wait_until:
            self._save(self._unsaved)
        self.progress.epoch(figures)
        if not last:
            self.interrupt.check()

    def _is_last(self, state: Any) -> bool:
        """Whether training is over after the epoch that was done; notes ends of phases."""
        stopped = state.stopping is not None and state.stopping.stopped
        if not self._phase(state):
            return stopped or state.epoch >= self.epochs
        if not self.module.phase_ended(state):
            return False
        ending = why_stopped(state)
        if ending:
            self.endings.append(f"{self._phase(state)}: {ending}")
        return state.phase + 1 == len(self.module.PHASES)

    def _watch(self, state: Any, logs: dict[str, float]) -> None:
        """Remember the weights if this epoch is the best."""
        figure = logs.get(self.monitor.name, math.nan)
        if self.monitor.improves(figure):
            weights = _remembered(state) or self.module.export_weights(state)
            self.monitor.best = Best(self.monitor.name, figure, state.epoch, weights)

    def _save(self, checkpoint: Checkpoint) -> None:
        began = time.monotonic()
        self.folder.flush_history()
        write_checkpoint(self.folder.checkpoints, checkpoint)
        self._unsaved = None
        self.write_best()
        ended = time.monotonic()
        self._wait_until = ended + (ended - began) * (1 / SHARE - 1)

    def _checkpoint(self, state: Any) -> Checkpoint:
        arrays: Arrays = self.module.export_state(state)
        return Checkpoint(
            state.epoch,
            state.step,
            arrays,
            self.monitor.best,
            _stopping(state.stopping),
        )

    def write_best(self) -> None:
        """Bring ``best/`` up to date."""
        best = self.monitor.best
        if best is None or best.epoch == self._saved_best:
            return
        about = {
            "epoch": str(best.epoch),
            "monitor": best.monitor,
            "figure": repr(best.figure),
        }
        self.folder.write_weights("best", best.weights, about)
        self._saved_best = best.epoch

    def write_last(self, weights: Arrays, whose: Any = None) -> None:
        """Keep the weights that training ended with: those of the state, or of `whose`."""
        whose = whose or self.state
        about = {"epoch": str(whose.epoch), "step": str(whose.step)}
        self.folder.write_weights("last", weights, about)

    def write_interrupted(self) -> bool:
        """Keep what the last finished epoch left; whether there is such an epoch.

        Its checkpoint, its weights as ``last`` and the figures up to it agree, although a
        step may have been cut in the middle.
        """
        if self._unsaved is not None:
            self._save(self._unsaved)
        checkpoint = newest(self.folder.checkpoints)
        if checkpoint is None:
            return False
        if self.done != checkpoint.epoch or self.interrupt.forced:
            self.done = checkpoint.epoch
            self.folder.cut_history(self.done)
        self.write_last(checkpoint.weights, checkpoint)
        self.write_best()
        return True


def _remembered(state: Any) -> Arrays | None:
    """The weights that early stopping took of this very epoch, to hold them once."""
    stopping = state.stopping
    if stopping is None:
        return None
    if stopping.best_epoch != state.epoch - 1 - getattr(state, "phase_epoch", 0):
        return None
    return stopping.best_weights


def _stopping(stopping: Any) -> Stopping | None:
    if stopping is None:
        return None
    return Stopping(
        stopping.wait,
        stopping.best,
        stopping.best_epoch,
        stopping.stopped,
        stopping.best_weights,
    )


def restore_stopping(stopping: Any, kept: Stopping | None) -> None:
    """Let early stopping remember again what a checkpoint kept of it."""
    if stopping is None or kept is None:
        return
    stopping.wait, stopping.best = kept.wait, kept.best
    stopping.best_epoch, stopping.stopped = kept.best_epoch, kept.stopped
    stopping.best_weights = kept.weights
