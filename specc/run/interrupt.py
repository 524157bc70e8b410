"""Ctrl-C between two steps, so that the state it leaves is a whole one."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

__all__ = ["Interrupt"]


class Interrupt:
    """While it is entered, the first Ctrl-C is only noted; `check` raises it.

    The second one interrupts at once. Outside the main thread, where Python lets nobody
    handle signals, it does nothing.
    """

    def __init__(self) -> None:
        self.asked = False
        #: Whether a step may have been cut in the middle.
        self.forced = False
        self._before: Any = None

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            self.forced = True
            raise KeyboardInterrupt
        self.asked = True

    def check(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C came since."""
        if self.asked:
            raise KeyboardInterrupt
