"""Training: the emitted program is loaded and run, and everything about it is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ..data import check_targets
from ..diagnostics.fault import Fault
from ..diagnostics.model import Level, Problem
from .checkpoint import Checkpoint, newest
from .ending import nothing_left, why_stopped
from .environment import (
    choose_device,
    fitting_threads,
    require_backend,
    set_threads,
)
from .failure import is_out_of_memory, not_finite, out_of_memory, replay
from .folder import RunFolder
from .hold import Hold
from .interrupt import Interrupt
from .job import Interrupted, Job, RunResult
from .loaded import load_model
from .progress import Progress
from .recorder import Recorder, monitor_of, restore_stopping
from .resuming import check_same, find_checkpoint, resumed, unfit
from .start import start_of, write_again, write_first
from .taken import beginning_with

__all__ = ["train"]

Arrays = dict[str, np.ndarray]


def train(
    job: Job,
    folder: RunFolder,
    *,
    device: str = "auto",
    threads: int | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    warn: Callable[[Sequence[Problem]], object] | None = None,
) -> RunResult:
    """Train, and keep figures, checkpoints and weights in the folder.

    Args:
        job: what is trained.
        folder: of the run; new and empty, or with `resume` that of a run before. A run
            that it replaces is removed when the start of this one is written.
        device: auto, cpu or cuda.
        threads: how many the framework may use; None: those of the run that is resumed,
            else one for a small model and all processors for a large one.
        resume: go on from the newest whole checkpoint, which may be of another backend.
            Where nothing is left to train, no framework is loaded and nothing written.
        progress: shows how it goes; None: nothing is shown.
        warn: called with the warnings, if there are any, before training starts.

    Raises:
        Fault: another process trains in the folder (status 2), something is missing
            (status 3), or the run failed (status 4).
        Interrupted: Ctrl-C, or the process was told to end.
    """
    with Hold() as hold:
        hold.take(folder.path)
        run = _prepared(job, folder, hold, device, threads, resume)
        if isinstance(run, RunResult):
            return run
        return run.go(progress or Progress(), warn)


def _prepared(
    job: Job,
    folder: RunFolder,
    hold: Hold,
    device: str,
    threads: int | None,
    resume: bool,
) -> _Run | RunResult:
    """The run, ready to begin; its result where nothing is left to train."""
    try:
        require_backend(job.backend)
        check_targets(job.program, job.prepared, job.origins)
        if resume:
            check_same(folder, job.program, job.prepared)
            left = nothing_left(folder, job.epochs)
            if left:
                status = str(folder.record()["status"])
                return RunResult(folder, folder.history(), status, ending=left)
        probe = job.backend.load_probe()
        usual = folder.threads(job.backend.name) if resume else None
        usual = usual or fitting_threads(job.program)
        threads = set_threads(job.backend, probe, threads, usual)
        device = choose_device(job.backend, probe, device)
        return _Run(job, folder, hold, probe, device, threads, resume)
    except BaseException:
        folder.remove_if_empty()
        raise


class _Run:
    """One call of `train`. When it is made, nothing is written yet."""

    def __init__(
        self,
        job: Job,
        folder: RunFolder,
        hold: Hold,
        probe: Any,
        device: str,
        threads: int,
        resume: bool,
    ) -> None:
        self.job = job
        self.folder = folder
        self.hold = hold
        self.probe = probe
        self.device = device
        self.threads = threads
        self.resume = resume
        self.batches = job.prepared.batches(job.training)
        self.warnings: list[Problem] = [*job.taken.problems, *job.prepared.warnings]
        self.checkpoint: Checkpoint | None = None
        if resume:
            self.checkpoint, warnings = find_checkpoint(folder, job.epochs)
            self.warnings += [*warnings, *resumed(folder, self.checkpoint, job.epochs)]
        self.module = load_model(job.emission.text, job.backend.name)
        self.state = self._first_state()

    def go(
        self,
        progress: Progress,
        warn: Callable[[Sequence[Problem]], object] | None,
    ) -> RunResult:
        """Train, and keep how it ended."""
        with Interrupt() as interrupt:
            self._begin(progress, interrupt)
            if warn is not None and self.warnings:
                warn(self.warnings)
            try:
                return self._go(progress, interrupt)
            except Interrupted:
                raise
            except Exception as error:
                known = isinstance(error, Fault)
                reason = str(error) if known else f"{type(error).__name__}: {error}"
                with suppress(Fault):  # where nothing can be written
                    self._end("failed", reason=reason)
                raise

    def _begin(self, progress: Progress, interrupt: Interrupt) -> None:
        """Write the start; from here on the run is in its folder."""
        job, checkpoint = self.job, self.checkpoint
        epoch = checkpoint.epoch if checkpoint else 0
        start = start_of(job, self.device, self.threads, epoch)
        write = write_again if self.resume else write_first
        try:
            self.record = write(job, self.folder, start)
        except BaseException:
            self.folder.remove_if_empty()
            raise
        self.folder = RunFolder(self.folder.path)
        self.hold.take(self.folder.path)  # it may have come in the place of another
        monitor = monitor_of(job.training, job.prepared.validation is not None)
        self.recorder = Recorder(
            self.folder, self.module, monitor, job.epochs, progress, interrupt
        )
        self.recorder.begin(self.state, checkpoint)

    def _go(self, progress: Progress, interrupt: Interrupt) -> RunResult:
        job, recorder = self.job, self.recorder
        try:
            interrupt.check()
            return self._finished(recorder, self._train(recorder, progress))
        except KeyboardInterrupt:
            raise self._interrupted(recorder, interrupt) from None
        except self.module.NotFiniteError as error:
            raise self._not_finite(recorder, error) from None
        except Exception as error:
            if is_out_of_memory(error):
                raise out_of_memory(error, job.program, job.origins) from None
            if isinstance(error, OSError) and interrupt.asked:  # the terminal is gone
                raise self._interrupted(recorder, interrupt) from None
            raise

    def _train(self, recorder: Recorder, progress: Progress) -> Any:
        """Run the emitted program; its final state."""
        steps, examples = self.batches.steps_per_epoch, self.batches.examples
        progress.start(self.job.epochs, steps, examples)
        try:
            with np.errstate(all="ignore"):  # what is not finite is looked for
                return self.module.train(self.batches, self.state, recorder)[0]
        finally:
            progress.end()

    # Beginning ----------------------------------------------------------------

    def _state(self, checkpoint: Checkpoint | None) -> Any:
        """The state to begin with: the initial one, or a checkpoint's."""
        steps = self.batches.steps_per_epoch
        state = self.module.init_state(
            device=self.device,
            steps_per_epoch=steps,
            **beginning_with(self.job.taken.arrays),
        )
        if checkpoint is not None:
            try:
                self.module.import_state(state, checkpoint.state)
            except (KeyError, ValueError) as error:
                raise unfit(self.folder, checkpoint, error) from None
            state.epoch, state.step = checkpoint.epoch, checkpoint.step
            restore_stopping(state.stopping, checkpoint.stopping)
        return state

    def _first_state(self) -> Any:
        """The state to begin with; memory that does not suffice for it is a Fault."""
        try:
            return self._state(self.checkpoint)
        except Exception as error:
            if is_out_of_memory(error):
                job = self.job
                raise out_of_memory(error, job.program, job.origins) from None
            raise

    # Ending -------------------------------------------------------------------

    def _finished(self, recorder: Recorder, state: Any) -> RunResult:
        recorder.write_last(self.module.export_weights(state))
        recorder.write_best()
        stopped = state.stopping is not None and state.stopping.stopped
        ending = why_stopped(state)
        if len(self.job.training.phases) > 1:
            stopped = state.epoch < self.job.epochs
            ending = "; ".join(recorder.endings)
        status = "stopped" if stopped else "finished"
        self._end(status, **({"ending": ending} if ending else {}))
        return RunResult(
            self.folder,
            self.folder.history(),
            status,
            tuple(self.warnings),
            ending,
            (self.module, state),
        )

    def _end(self, status: str, **more: Any) -> None:
        ended = datetime.now(UTC).isoformat(timespec="seconds")
        done = self.recorder.done
        self.record.update(status=status, ended=ended, epochs_done=done, **more)
        self.folder.write_record(self.record)

    def _interrupted(self, recorder: Recorder, interrupt: Interrupt) -> Interrupted:
        """Keep the last finished epoch; in the first one the weights of the last step."""
        if not recorder.write_interrupted() and not interrupt.forced:
            recorder.write_last(self.module.export_weights(recorder.state))
        self._end("interrupted")
        problem = Problem(
            "run-interrupted",
            f"{interrupt.words}; what was done is kept in {self.folder.path}",
            None,
            Level.NOTE,
            suggestion=f"--run {self.folder.path} --resume goes on",
        )
        return Interrupted(problem, status=interrupt.status)

    def _not_finite(self, recorder: Recorder, error: Any) -> Fault:
        """Say which part failed, and keep the weights from before the step."""
        checkpoint = newest(self.folder.checkpoints)
        state = self._replayed(checkpoint, error.step)
        problem = not_finite(
            self.job.program,
            self.job.emission,
            self.probe,
            self.module,
            state,
            self.batches,
            error,
            self.job.origins,
        )
        if error.batch is None and not _finite(self.module.export_weights(state)):
            state = self._replayed(checkpoint, error.step - 1)
        recorder.state = state
        self._keep_finite(recorder, checkpoint)
        return Fault(problem, status=4)

    def _replayed(self, checkpoint: Checkpoint | None, step: int) -> Any:
        """The state that the run had when so many updates were made."""
        return replay(self.module, self._state(checkpoint), self.batches, step)

    def _keep_finite(self, recorder: Recorder, checkpoint: Checkpoint | None) -> None:
        """Keep the weights as ``last``; the checkpoint's if these are no numbers."""
        weights: Arrays = self.module.export_weights(recorder.state)
        finite = _finite(weights)
        if not finite and checkpoint is not None:
            weights = {name: checkpoint.state[name] for name in weights}
        if finite or checkpoint is not None:
            recorder.write_last(weights)
        recorder.write_best()


def _finite(arrays: Arrays) -> bool:
    return all(bool(np.isfinite(values).all()) for values in arrays.values())
