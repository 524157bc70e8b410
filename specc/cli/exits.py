"""How a command ends: the exit statuses, and the error that carries one."""

from __future__ import annotations

from enum import IntEnum

import click

__all__ = ["Exit", "Stop", "leave", "shown", "tell"]


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


def leave(status: Exit) -> None:
    """End the command with that status; nothing is said."""
    if status is not Exit.FINE:
        raise click.exceptions.Exit(int(status))
