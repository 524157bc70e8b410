"""Ctrl-C, and being told to end, between two steps: the state that is left is whole."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

__all__ = ["Interrupt"]

#: What asks a process to end. Not every system has the last one: a terminal was closed.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Interrupt:
    """While it is entered, the first signal to end is only noted; `check` raises it.

    The second one interrupts at once. A signal that the process was started to ignore
    (`nohup`) stays ignored. Outside the main thread, where Python lets nobody handle
    signals, it does nothing.
    """

    def __init__(self) -> None:
        #: The signal that came first; None as long as none did.
        self.signal: signal.Signals | None = None
        #: Whether a step may have been cut in the middle.
        self.forced = False
        self._before: dict[signal.Signals, Any] = {}

    @property
    def asked(self) -> bool:
        """Whether there was a signal."""
        return self.signal is not None

    @property
    def words(self) -> str:
        """What happened, for a user."""
        if self.signal is None or self.signal is signal.SIGINT:
            return "interrupted"
        return f"interrupted by {self.signal.name}"

    @property
    def status(self) -> int:
        """The exit status, as a shell reports the signal: 130 for Ctrl-C."""
        return 128 + (self.signal or signal.SIGINT)

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            for name in _NAMES:
                number: signal.Signals | None = getattr(signal, name, None)
                if number is None:
                    continue
                before = signal.getsignal(number)
                # None: set by other than Python, which could not be set again.
                if before not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            self.forced = True
            raise KeyboardInterrupt
        self.signal = signal.Signals(number)

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal came since."""
        if self.asked:
            raise KeyboardInterrupt
