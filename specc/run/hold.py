"""One process at a time writes to the folder of a run."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem

__all__ = ["Hold"]


class Hold:
    """A lock on a folder, which ends with the process that holds it.

    The folder itself is locked (``flock``), so that nothing is left behind and the lock
    goes where the folder is moved. Systems and file systems without such locks are used
    as they are.
    """

    def __init__(self) -> None:
        self._descriptor: int | None = None

    def __enter__(self) -> Hold:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def take(self, path: Path) -> None:
        """Lock a folder, in the place of the one held before.

        Raises:
            Fault: another process holds it (status 2).
        """
        self.release()
        try:
            import fcntl
        except ImportError:  # not a POSIX system
            return
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:  # what cannot be opened is reported where it is written to
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            why = f"another process trains in {path}"
            hint = "another --run, or wait until it has ended"
            raise Fault(
                Problem("run-exists", why, None, suggestion=hint), status=2
            ) from None
        except OSError:  # a file system without locks
            os.close(descriptor)
            return
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go of the folder."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
