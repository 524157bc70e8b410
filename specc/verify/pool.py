"""Worker processes, one for each backend, and how they are asked."""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from ..backend import backend
from .protocol import Case, Mishap, Reading, read_arrays

__all__ = ["Crash", "WorkerPool"]

#: One thread each, no accelerator, and none of the user's framework settings.
ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONFAULTHANDLER": "1",
    "PYTHONHASHSEED": "0",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
}

#: Cases after which a worker is replaced: frameworks keep what they have traced.
CASES = 120

#: Answers that are kept of one backend, the latest.
ANSWERS = 48

#: Seconds for a framework to be imported; the two cores may be busy.
START_UP = 180.0


@dataclass(frozen=True)
class Crash:
    """A worker that died or did not answer, and the last it wrote to standard error."""

    backend: str
    why: str
    stderr: str


class _Lost(Exception):
    """The worker is gone or silent; the message says which."""


class Worker:
    """One process of one backend. It is started by `start` and lives until `stop`."""

    def __init__(
        self, name: str, probe: str, packages: Iterable[str], folder: Path
    ) -> None:
        self.name = name
        self.folder = folder
        self.versions: dict[str, str] = {}
        self._command = [
            *(sys.executable, "-P", "-m", "specc.verify.worker", probe),
            *packages,
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._ready = False
        self._buffer = b""
        self._cases = 0

    def start(self) -> None:
        """Start the process, without waiting for it to be ready."""
        if self._process is not None:
            return
        home = self.folder / f"keras-{self.name}"
        home.mkdir(exist_ok=True)
        self._errors = (self.folder / f"stderr-{self.name}").open("w+b")
        self._buffer, self._ready, self._cases = b"", False, 0
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=self.folder,
            env={**os.environ, **ENVIRONMENT, "KERAS_HOME": str(home)},
            start_new_session=True,
        )

    def send(self, case: Case) -> None:
        """Hand the case over.

        Raises:
            _Lost: the process does not come up, or is gone.
        """
        self.start()
        if not self._ready:
            self.versions = self._read(time.monotonic() + START_UP)["versions"]
            self._ready = True
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(case.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise _Lost(self._ending()) from None

    def receive(self, case: Case, deadline: float) -> Reading:
        """Wait for the answer to the case.

        Raises:
            _Lost: the process died, or the deadline passed.
        """
        reply = self._read(deadline)
        trouble = reply.get("mishap")
        reading = Reading(
            arrays=read_arrays(case.out),
            figures=reply["figures"],
            mishap=Mishap(**trouble) if trouble else None,
            seconds=reply["seconds"],
        )
        self._cases += 1
        if self._cases >= CASES:
            self.stop()
        return reading

    def crash(self, why: str) -> Crash:
        """Give the process up; the next case starts a new one."""
        tail = self._tail()
        self.stop()
        return Crash(self.name, why, tail)

    def stop(self) -> None:
        """End the process and what it started."""
        process, self._process = self._process, None
        if process is not None:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    _close(pipe)
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def _read(self, deadline: float) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise _Lost("gave no answer in time")
                piece = os.read(self._process.stdout.fileno(), 1 << 16)
                if not piece:
                    raise _Lost(self._ending())
                self._buffer += piece
        line, self._buffer = self._buffer.split(b"\n", 1)
        return json.loads(line)

    def _ending(self) -> str:
        assert self._process is not None
        status = self._process.wait()
        if status < 0:
            return f"died of {signal.Signals(-status).name}"
        return f"ended with exit status {status}"

    def _tail(self, count: int = 4000) -> str:
        if self._errors is None:
            return ""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - count))
        return self._errors.read().decode("utf-8", "replace")


def _key(case: Case) -> str:
    """What tells a case from others: all of it, with the numbers that it is given."""
    given = hashlib.sha256(Path(case.arrays).read_bytes()).hexdigest()
    return case.model_copy(update={"arrays": given, "out": ""}).model_dump_json()


def _close(pipe: IO[bytes]) -> None:
    with suppress(BrokenPipeError):
        pipe.close()


class WorkerPool:
    """Long-lived workers, one for each backend, and a folder that they share.

    Use it as a context manager, which starts all workers, or call `close`; then each
    starts when it is first asked.

    Args:
        names: the backends.
        timeout: seconds that one case may take on one backend.
        probes: import names of probe modules, for backends that are not installed as
            such (the tests have some).
        kept: backends whose answers are kept, so that they run the same case once only.
    """

    def __init__(
        self,
        names: Iterable[str],
        timeout: float = 600.0,
        probes: Mapping[str, str] | None = None,
        kept: Iterable[str] = (),
    ) -> None:
        self.timeout = timeout
        self._answers: dict[str, dict[str, Reading]] = {name: {} for name in kept}
        self._folder = tempfile.TemporaryDirectory(prefix="specc-verify-")
        self.folder = Path(self._folder.name)
        self._workers: dict[str, Worker] = {}
        for name in names:
            if probes and name in probes:
                probe, packages = probes[name], ()
            else:
                probe, packages = backend(name).probe, backend(name).requires
            self._workers[name] = Worker(name, probe, packages, self.folder)

    @property
    def names(self) -> tuple[str, ...]:
        """The backends that can be asked."""
        return tuple(self._workers)

    def start(self) -> Self:
        """Start all workers without waiting for them."""
        for worker in self._workers.values():
            worker.start()
        return self

    def versions(self) -> dict[str, dict[str, str]]:
        """Versions of the packages in each worker that has answered."""
        return {name: w.versions for name, w in self._workers.items() if w.versions}

    def run(self, cases: Mapping[str, Case]) -> dict[str, Reading | Crash]:
        """Run one case on each of several backends, side by side.

        The answer of a worker that died or gave no answer in time is a `Crash`; a new
        one takes its place at the next case.
        """
        found: dict[str, Reading | Crash] = {}
        keys = {n: _key(case) for n, case in cases.items() if n in self._answers}
        for name, key in keys.items():
            if key in self._answers[name]:
                found[name] = self._answers[name][key]
        asked = {name: case for name, case in cases.items() if name not in found}
        for name in asked:
            self._workers[name].start()
        for name, case in asked.items():
            try:
                self._workers[name].send(case)
            except _Lost as error:
                found[name] = self._workers[name].crash(str(error))
        deadline = time.monotonic() + self.timeout
        for name, case in cases.items():
            if name in found:
                continue
            try:
                found[name] = self._workers[name].receive(case, deadline)
            except _Lost as error:
                found[name] = self._workers[name].crash(str(error))
        for name, key in keys.items():
            self._keep(name, key, found[name])
        return {name: found[name] for name in cases}

    def _keep(self, name: str, key: str, answer: Reading | Crash) -> None:
        answers = self._answers[name]
        if isinstance(answer, Reading):
            answers.setdefault(key, answer)
        while len(answers) > ANSWERS:
            del answers[next(iter(answers))]

    def close(self) -> None:
        """End all workers and remove the folder."""
        for worker in self._workers.values():
            worker.stop()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
