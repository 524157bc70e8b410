"""A worker process of one backend, and the talk with it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO, Any

from .protocol import Case, Mishap, Reading, read_arrays
from .watch import Watch

__all__ = ["Crash", "Lost", "Worker"]

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

#: Seconds for a framework to be imported; the two cores may be busy.
START_UP = 180.0


@dataclass(frozen=True)
class Crash:
    """A worker that died or did not answer, and the last it wrote to standard error."""

    backend: str
    why: str
    stderr: str


class Lost(Exception):
    """The worker is gone or silent; the message says which."""


class Worker:
    """One process of one backend. It is started by `start` and lives until `stop`."""

    def __init__(
        self, name: str, probe: str, packages: Iterable[str], folder: Path
    ) -> None:
        self.name = name
        self.folder = folder
        self.versions: dict[str, str] = {}
        #: When the process must have said more, by the clock of `time.monotonic`.
        self.deadline = 0.0
        self._command = [
            *(sys.executable, "-P", "-m", "specc.verify.worker", probe),
            *packages,
        ]
        #: The end of a pipe that closes with this process, which the other one sees.
        self._life = -1
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
        life, self._life = os.pipe()
        self._errors = (self.folder / f"stderr-{self.name}").open("w+b")
        self._buffer, self._ready, self._cases = b"", False, 0
        self._process = subprocess.Popen(
            [*self._command, str(life)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=self.folder,
            env={
                **os.environ,
                **ENVIRONMENT,
                "KERAS_HOME": str(home),
                "TMPDIR": str(self.folder),
            },
            pass_fds=(life,),
            start_new_session=True,
        )
        os.close(life)

    def take(self, case: Case, timeout: float, watch: Watch) -> None:
        """Hand the case over, at once or as soon as the process is ready.

        Raises:
            Lost: the process is gone.
        """
        self.start()
        self._case, self._timeout, self._watch = case, timeout, watch
        if self._ready:
            self._send()
        else:
            self.deadline = monotonic() + START_UP
            watch.side(self.name, case.precision, "start-up")

    def fileno(self) -> int:
        """Where the process answers, for selectors."""
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def advance(self) -> Reading | None:
        """Take in what the process wrote: its answer, or None if that is not there yet.

        Raises:
            Lost: the process died.
            OSError: there is no room for its answer.
        """
        piece = os.read(self.fileno(), 1 << 16)
        if not piece:
            raise Lost(self._ending())
        self._buffer += piece
        while b"\n" in self._buffer:
            line, self._buffer = self._buffer.split(b"\n", 1)
            message: dict[str, Any] = json.loads(line)
            if "ready" in message:
                self.versions, self._ready = message["versions"], True
                self._send()
            elif "no_room" in message:
                raise OSError(errno.ENOSPC, message["no_room"], self._case.out)
            elif "stage" in message:
                self._watch.side(self.name, self._case.precision, message["stage"])
            else:
                return self._answered(message)
        return None

    def late(self) -> None:
        """Give the process up, for its deadline has passed.

        Raises:
            Lost: always.
        """
        raise Lost("gave no answer in time")

    def _send(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self.deadline = monotonic() + self._timeout
        try:
            self._process.stdin.write(self._case.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Lost(self._ending()) from None

    def _answered(self, reply: dict[str, Any]) -> Reading:
        trouble = reply.get("mishap")
        reading = Reading(
            arrays=read_arrays(self._case.out),
            figures=reply["figures"],
            mishap=Mishap(**trouble) if trouble else None,
            seconds=reply["seconds"],
        )
        self._watch.side(self.name, self._case.precision, "done")
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
            os.close(self._life)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    _close(pipe)
        if self._errors is not None:
            self._errors.close()
            self._errors = None

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


def _close(pipe: IO[bytes]) -> None:
    with suppress(BrokenPipeError):
        pipe.close()
