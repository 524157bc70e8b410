"""How a command ends: the exit statuses, and the error that carries one."""

from __future__ import annotations

import signal
from enum import IntEnum
from types import FrameType

import click

__all__ = ["Exit", "Stop", "Told", "leave", "mind_signals", "shown", "tell"]


class Exit(IntEnum):
    """Exit statuses that scripts can rely on."""

    FINE = 0
    #: Errors in a spec, a mismatch, stale code.
    FINDINGS = 1
    #: The command line was wrong.
    USAGE = 2
    #: A backend that is not installed, data that is not there.
    MISSING = 3
    #: The run failed: not a number, out of memory; what it printed found no room.
    FAILED = 4
    #: A bug in specc.
    BUG = 70
    INTERRUPTED = 130
    #: The reader of standard output went away: 128 + SIGPIPE, as a shell reports it.
    PIPE = 141


def shown(text: object) -> str:
    """A text of lines without what a terminal would obey, as in the names of files."""
    from ..diagnostics.visible import visible

    return "\n".join(visible(line) for line in str(text).split("\n"))


def tell(message: str) -> None:
    """Say something on standard error."""
    click.echo(shown(message), err=True)


class Stop(Exception):
    """Ends the command with a message on standard error and a status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status

    def show(self) -> None:
        """Say why."""
        tell(f"specc: {self}")


class Told(KeyboardInterrupt):
    """The process was told to end; what it does is left as by Ctrl-C, and cleared up."""

    def __init__(self, number: int) -> None:
        self.signal = signal.Signals(number)
        super().__init__(f"interrupted by {self.signal.name}")


def mind_signals() -> None:
    """Let SIGTERM and SIGHUP raise `Told`, unless the process was started to ignore them."""
    for name in ("SIGTERM", "SIGHUP"):
        number: signal.Signals | None = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _tell_to_end)


def _tell_to_end(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)  # the second one ends at once
    raise Told(number)


def leave(status: Exit) -> None:
    """End the command with that status; nothing is said."""
    if status is not Exit.FINE:
        raise click.exceptions.Exit(int(status))
