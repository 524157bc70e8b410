"""Going on with a run: what must be the same, and from where."""

from __future__ import annotations

from ..data import Prepared
from ..diagnostics.fault import Fault
from ..diagnostics.model import Level, Problem
from ..ir import Program
from .checkpoint import Checkpoint, newest
from .differences import differences
from .folder import RunFolder

__all__ = ["check_same", "find_checkpoint"]


def check_same(folder: RunFolder, program: Program, prepared: Prepared) -> None:
    """Hold a program and its data against those of a run.

    Only the number of epochs may differ.

    Raises:
        Fault: they are not those that the run began with.
    """
    differing = differences(folder.program(), program)
    if differing:
        shown = "; ".join(differing[:5]) + ("; …" if len(differing) > 5 else "")
        problem = Problem(
            "run-differs",
            f"{folder.path} was begun with another spec: {shown}",
            None,
            expected="only the number of epochs may change",
            suggestion="train into a new run folder",
        )
        raise Fault(problem)
    if folder.record()["data"]["fingerprint"] != prepared.fingerprint:
        problem = Problem(
            "run-differs",
            f"the data is not that with which {folder.path} was begun",
            None,
            suggestion="train into a new run folder",
        )
        raise Fault(problem)


def find_checkpoint(folder: RunFolder) -> tuple[Checkpoint | None, list[Problem]]:
    """The newest whole checkpoint of a run, and warnings about damaged ones."""
    found = newest(folder.checkpoints)
    warnings: list[Problem] = []
    if found is None:
        why = f"{folder.path} has no whole checkpoint; training begins anew"
        warnings.append(Problem("checkpoint-damaged", why, None, Level.WARNING))
        return None, warnings
    for what in found.damaged:
        why = f"a checkpoint is damaged ({what}); going on from epoch {found.epoch}"
        warnings.append(Problem("checkpoint-damaged", why, None, Level.WARNING))
    return found, warnings
