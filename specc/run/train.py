"""Training: the emitted program is loaded and run, and everything about it is kept."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ..data import check_targets
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..live import load
from .checkpoint import Checkpoint, newest
from .ending import nothing_left, why_stopped
from .environment import (
    choose_device,
    fitting_threads,
    require_backend,
    set_threads,
    versions,
)
from .failure import is_out_of_memory, not_finite, out_of_memory, replay
from .folder import RunFolder
from .interrupt import Interrupt
from .job import Interrupted, Job, RunResult
from .progress import Progress
from .recorder import Recorder, monitor_of, restore_stopping
from .resuming import check_same, find_checkpoint

__all__ = ["load_model", "train"]

Arrays = dict[str, np.ndarray]

_numbers = itertools.count(1)


def load_model(text: str, backend: str) -> Any:
    """The running module of an emitted program."""
    return load(text, f"specc_{backend}_{next(_numbers)}")


def train(
    job: Job,
    folder: RunFolder,
    *,
    device: str = "auto",
    threads: int | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> RunResult:
    """Train, and keep figures, checkpoints and weights in the folder.

    Args:
        job: what is trained.
        folder: of the run; new and empty, or with `resume` that of a run before.
        device: auto, cpu or cuda.
        threads: how many the framework may use; None: those of the run that is resumed,
            else one for a small model and all processors for a large one.
        resume: go on from the newest whole checkpoint, which may be of another backend.
            Where nothing is left to train, no framework is loaded and nothing written.
        progress: shows how it goes; None: nothing is shown.

    Raises:
        Fault: something is missing (status 3), or the run failed (status 4).
        Interrupted: Ctrl-C.
    """
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
    except Fault:
        folder.remove_if_empty()
        raise
    run = _Run(job, folder, probe, device, threads)
    return run.go(resume, progress or Progress())


class _Run:
    """One call of `train`."""

    def __init__(
        self, job: Job, folder: RunFolder, probe: Any, device: str, threads: int
    ) -> None:
        self.job = job
        self.folder = folder
        self.probe = probe
        self.device = device
        self.threads = threads
        self.batches = job.prepared.batches(job.training)
        self.warnings: list[Problem] = list(job.prepared.warnings)

    def go(self, resume: bool, progress: Progress) -> RunResult:
        """Set up, train, and keep how it ended."""
        checkpoint = self._checkpoint() if resume else None
        self._write_start(checkpoint, resume)
        job = self.job
        self.module = load_model(job.emission.text, job.backend.name)
        monitor = monitor_of(job.training, job.prepared.validation is not None)
        with Interrupt() as interrupt:
            recorder = Recorder(
                self.folder, self.module, monitor, job.epochs, progress, interrupt
            )
            try:
                state = self._train(checkpoint, recorder, progress)
            except KeyboardInterrupt:
                raise self._interrupted(recorder, interrupt) from None
            except self.module.NotFiniteError as error:
                raise self._not_finite(recorder, error) from None
            except Exception as error:
                if is_out_of_memory(error):
                    fault = out_of_memory(error, job.program, job.origins)
                    raise self._failed(fault) from None
                self._end("failed", reason=f"{type(error).__name__}: {error}")
                raise
        return self._finished(recorder, state)

    def _train(
        self, checkpoint: Checkpoint | None, recorder: Recorder, progress: Progress
    ) -> Any:
        """Run the emitted program; its final state."""
        state = self._state(checkpoint)
        recorder.begin(state, checkpoint)
        steps, examples = self.batches.steps_per_epoch, self.batches.examples
        progress.start(self.job.epochs, steps, examples)
        try:
            with np.errstate(all="ignore"):  # what is not finite is looked for
                return self.module.train(self.batches, state, recorder)[0]
        finally:
            progress.end()

    # Beginning ----------------------------------------------------------------

    def _checkpoint(self) -> Checkpoint | None:
        checkpoint, warnings = find_checkpoint(self.folder)
        self.warnings += warnings
        return checkpoint

    def _write_start(self, checkpoint: Checkpoint | None, resume: bool) -> None:
        """Keep what runs; on resuming, forget what the checkpoint does not know."""
        job, folder = self.job, self.folder
        epoch = checkpoint.epoch if checkpoint else 0
        record = folder.record() if resume else self._record()
        if resume:
            folder.cut_history(epoch)
        else:
            folder.write_sources(job.sources)
            folder.write_preparation(job.prepared.fitted, job.prepared.columns)
        folder.write_program(job.program)
        folder.write_model(job.backend.name, job.emission.text)
        record["starts"].append(
            {
                "time": datetime.now(UTC).isoformat(timespec="seconds"),
                "backend": job.backend.name,
                "device": self.device,
                "threads": self.threads,
                "from_epoch": epoch,
                "command": list(job.command),
                "versions": versions(job.backend),
            }
        )
        # Where the backend finds the output of each node in its running model.
        record["nodes"][job.backend.name] = dict(job.emission.nodes)
        folder.write_record({**record, "epochs": job.epochs, "status": "running"})

    def _record(self) -> dict[str, Any]:
        job, prepared = self.job, self.job.prepared
        parts = {part: len(rows) for part, rows in prepared.rows.items()}
        return {
            "training": job.training.name,
            "model": job.program.network.name,
            "data": {
                "name": job.program.data.name if job.program.data else None,
                "base": str(job.base.resolve()),
                "fingerprint": prepared.fingerprint,
                "examples": parts,
                "columns": prepared.columns,
            },
            "seed": job.training.seed,
            "precision": job.training.precision,
            "starts": [],
            "nodes": {},
        }

    def _state(self, checkpoint: Checkpoint | None) -> Any:
        """The state to begin with: the initial one, or a checkpoint's."""
        steps = self.batches.steps_per_epoch
        state = self.module.init_state(device=self.device, steps_per_epoch=steps)
        if checkpoint is not None:
            self.module.import_state(state, checkpoint.state)
            state.epoch, state.step = checkpoint.epoch, checkpoint.step
            restore_stopping(state.stopping, checkpoint.stopping)
        return state

    # Ending -------------------------------------------------------------------

    def _finished(self, recorder: Recorder, state: Any) -> RunResult:
        recorder.write_last(self.module.export_weights(state))
        recorder.write_best()
        stopped = state.stopping is not None and state.stopping.stopped
        status = "stopped" if stopped else "finished"
        ending = why_stopped(state)
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
        record = self.folder.record()
        history = self.folder.history()
        ended = datetime.now(UTC).isoformat(timespec="seconds")
        done = history[-1]["epoch"] if history else 0
        record.update(status=status, ended=ended, epochs_done=done, **more)
        self.folder.write_record(record)

    def _failed(self, fault: Fault) -> Fault:
        self._end("failed", reason=str(fault))
        return fault

    def _interrupted(self, recorder: Recorder, interrupt: Interrupt) -> Interrupted:
        """Keep the weights of the last whole step."""
        if recorder.state is not None and not interrupt.forced:
            recorder.write_last(self.module.export_weights(recorder.state))
            recorder.write_best()
        self._end("interrupted")
        problem = Problem(
            "run-interrupted",
            f"interrupted; what was done is kept in {self.folder.path}",
            None,
            suggestion=f"--run {self.folder.path} --resume goes on",
        )
        return Interrupted(problem, status=130)

    def _not_finite(self, recorder: Recorder, error: Any) -> Fault:
        """Say which part failed, and keep the weights from before the step."""
        checkpoint = newest(self.folder.checkpoints)
        state = self._state(checkpoint)
        state = replay(self.module, state, self.batches, error.step)
        problem = not_finite(
            self.job.program,
            self.job.emission,
            self.probe,
            self.module,
            state,
            error.batch,
            error.loss,
            self.job.origins,
        )
        recorder.state = state
        self._keep_finite(recorder, checkpoint)
        return self._failed(Fault(problem, status=4))

    def _keep_finite(self, recorder: Recorder, checkpoint: Checkpoint | None) -> None:
        """Keep the weights as ``last``; the checkpoint's if these are no numbers."""
        weights: Arrays = self.module.export_weights(recorder.state)
        finite = all(np.isfinite(values).all() for values in weights.values())
        if not finite and checkpoint is not None:
            weights = {name: checkpoint.state[name] for name in weights}
        if finite or checkpoint is not None:
            recorder.write_last(weights)
        recorder.write_best()
