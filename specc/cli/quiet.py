"""What frameworks print while they are loaded, kept from the user unless loading fails."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from types import TracebackType
from typing import IO

from ..run import Progress

__all__ = ["Quiet", "QuietStart"]


class Quiet:
    """While it is entered, what is written to file descriptor 2 is put aside.

    TensorFlow writes there from C++ whatever its log level. An unforeseen error brings
    it back; with SPECC_DEBUG nothing is put aside.
    """

    def __init__(self) -> None:
        self._stderr: int | None = None
        self._aside: IO[bytes] | None = None

    def __enter__(self) -> Quiet:
        if not os.environ.get("SPECC_DEBUG"):
            sys.stderr.flush()
            self._stderr = os.dup(2)
            self._aside = tempfile.TemporaryFile()
            os.dup2(self._aside.fileno(), 2)
        return self

    def end(self) -> None:
        """Let writing go on as before."""
        if self._stderr is not None:
            sys.stderr.flush()
            os.dup2(self._stderr, 2)
            os.close(self._stderr)
            self._stderr = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        from ..diagnostics.fault import Fault

        self.end()
        if self._aside is None:
            return
        if isinstance(error, Exception) and not isinstance(error, Fault):
            self._aside.seek(0)
            sys.stderr.write(self._aside.read().decode("utf-8", "replace"))
        self._aside.close()


class QuietStart(Progress):
    """Shows what another progress shows, and ends the quiet when training starts."""

    def __init__(self, quiet: Quiet, shown: Progress) -> None:
        self._quiet = quiet
        self._shown = shown

    def start(self, epochs: int, steps: int, examples: int) -> None:
        self._quiet.end()
        self._shown.start(epochs, steps, examples)

    def step(
        self, epoch: int, rows: int, rate: float, logs: Mapping[str, float]
    ) -> None:
        self._shown.step(epoch, rows, rate, logs)

    def epoch(self, figures: Mapping[str, float]) -> None:
        self._shown.epoch(figures)

    def phase(self, name: str) -> None:
        self._shown.phase(name)

    def end(self) -> None:
        self._shown.end()
