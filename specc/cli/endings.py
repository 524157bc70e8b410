"""Errors that a command expects, and how each ends it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .exits import Exit, Stop

if TYPE_CHECKING:
    from ..diagnostics import Problem
    from ..pipeline import UnreadableError

__all__ = ["Findings", "ending", "unreadable"]


class Findings(Stop):
    """Ends the command with problems on standard error."""

    def __init__(self, problems: Iterable[Problem], status: int) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(p.message for p in self.problems), status)

    def show(self) -> None:
        from .opening import show

        show(self.problems)


def ending(error: Exception) -> Stop | None:
    """What ends the command for an error that is not a bug; None for a bug."""
    from ..catalog.outside import BrokenPackage
    from ..diagnostics.fault import Fault
    from ..pipeline import SelectionError, UnreadableError

    match error:
        case Stop():
            return error
        case Fault():
            return Findings(error.problems, error.status)
        case UnreadableError():
            return Findings([error.problem], unreadable(error))
        case BrokenPackage():
            return Stop(str(error), Exit.MISSING)
        case SelectionError():
            return Stop(str(error), Exit.USAGE)
        case OSError():
            # The machine's doing, not a mistake of specc: a full disk, a lost drive.
            where = error.filename or "reading or writing failed"
            return Stop(f"{where}: {error.strerror or error}", Exit.FAILED)
        case _:
            return None


def unreadable(error: UnreadableError) -> Exit:
    """Wrong usage where the path names no file; else what is in the file is wrong."""
    no_file = error.problem.rule == "unreadable" and error.problem.span is None
    return Exit.USAGE if no_file else Exit.FINDINGS
