"""Going on with a run: what must be the same, and from where."""

from __future__ import annotations

from pathlib import Path

from ..data import Prepared, prepare
from ..diagnostics.fault import Fault
from ..diagnostics.model import Level, Problem
from ..differences import differences
from ..ir import RNG_VERSION, Origins, Program
from .checkpoint import Checkpoint, search
from .folder import RunFolder

__all__ = ["check_same", "find_checkpoint", "prepare_again", "resumed", "unfit"]


def prepare_again(
    folder: RunFolder, program: Program, base: Path, origins: Origins
) -> Prepared:
    """The data of a run that goes on, prepared with what its transforms were fitted to.

    Raises:
        Fault: program or data are not those that the run began with, or the data is not
            there (status 3).
    """
    _check_program(folder, program)
    assert program.data is not None, "a run has data"
    prepared = prepare(program.data, base, origins, folder.preparation())
    _check_data(folder, prepared)
    return prepared


def check_same(folder: RunFolder, program: Program, prepared: Prepared) -> None:
    """Hold a program and its data against those of a run.

    Only the number of epochs may differ.

    Raises:
        Fault: they are not those that the run began with.
    """
    _check_program(folder, program)
    _check_data(folder, prepared)


def _check_program(folder: RunFolder, program: Program) -> None:
    begun = folder.program()
    if begun.rng_version != RNG_VERSION:
        drawn = f"random numbers of version {begun.rng_version}"
        problem = Problem(
            "run-differs",
            f"{folder.path} was begun with {drawn}; specc now draws others",
            None,
            expected=f"rng_version {RNG_VERSION} in its ir.json",
            suggestion="train into a new run folder",
        )
        raise Fault(problem)
    differing = [str(item) for item in differences(begun, program, epochs=False)]
    if differing:
        several = begun.training is not None and len(begun.training.phases) > 1
        of = " of the last phase" if several else ""
        shown = "; ".join(differing[:5]) + ("; …" if len(differing) > 5 else "")
        problem = Problem(
            "run-differs",
            f"{folder.path} was begun with another spec: {shown}",
            None,
            expected=f"only the number of epochs{of} may change",
            suggestion="train into a new run folder",
        )
        raise Fault(problem)


def _check_data(folder: RunFolder, prepared: Prepared) -> None:
    if folder.record()["data"]["fingerprint"] != prepared.fingerprint:
        problem = Problem(
            "run-differs",
            f"the data is not that with which {folder.path} was begun",
            None,
            suggestion="train into a new run folder",
        )
        raise Fault(problem)


def find_checkpoint(
    folder: RunFolder, epochs: int
) -> tuple[Checkpoint | None, list[Problem]]:
    """The newest whole checkpoint of a run, and warnings about what is lost.

    None only for a run that was ended before its first one.

    Args:
        folder: of the run.
        epochs: how many it should have in all.

    Raises:
        Fault: there is no whole checkpoint, or it has more epochs already.
    """
    found, damaged = search(folder.checkpoints)
    history = folder.history()
    if found is None:
        # The first checkpoint follows the figures of the first epoch.
        if damaged or len(history) > 1:
            raise _no_checkpoint(folder, damaged)
        why = f"{folder.path} ended before its first checkpoint; it begins with epoch 1"
        return None, [Problem("run-unfinished", why, None, Level.WARNING)]
    if found.epoch > epochs:
        problem = Problem(
            "run-differs",
            f"{folder.path} has done {found.epoch} epochs already, more than {epochs}",
            None,
            expected=f"at least {found.epoch} epochs",
        )
        raise Fault(problem)
    whys = [f"a checkpoint is damaged ({what})" for what in damaged]
    warnings = [_warning(f"{why}; going on from epoch {found.epoch}") for why in whys]
    known = {figures["epoch"] for figures in history}
    lost = [str(k) for k in range(1, found.epoch + 1) if k not in known]
    if lost:
        shown = ", ".join(lost[:5]) + (", …" if len(lost) > 5 else "")
        why = f"{folder.history_file} has lost the figures of epoch {shown}"
        warnings.append(Problem("run-unfinished", why, None, Level.WARNING))
    return found, warnings


def resumed(
    folder: RunFolder, checkpoint: Checkpoint | None, epochs: int
) -> list[Problem]:
    """A note of the epoch that a run goes on with; none where it begins anew."""
    if checkpoint is None or checkpoint.epoch >= epochs:
        return []
    begin = checkpoint.epoch + 1
    why = f"resuming {folder.path} from epoch {begin} of {epochs}"
    history = folder.history()
    ahead = int(history[-1]["epoch"]) if history else 0
    if ahead >= begin:
        which = f"epoch {ahead}" if ahead == begin else f"epochs {begin} to {ahead}"
        why += f"; there is no whole checkpoint of {which}, trained again"
    return [Problem("run-resumed", why, None, Level.NOTE)]


def _warning(why: str) -> Problem:
    return Problem("checkpoint-damaged", why, None, Level.WARNING)


def _no_checkpoint(folder: RunFolder, damaged: list[str]) -> Fault:
    what = f" ({'; '.join(damaged)})" if damaged else ""
    problem = Problem(
        "checkpoint-damaged",
        f"{folder.path} has no whole checkpoint to go on from{what}",
        None,
        suggestion="train into a new run folder, or --force to replace this run",
    )
    return Fault(problem)


def unfit(folder: RunFolder, checkpoint: Checkpoint, error: Exception) -> Fault:
    """A checkpoint that is whole, but of another model."""
    problem = Problem(
        "run-unreadable",
        f"the checkpoint of epoch {checkpoint.epoch} in {folder.checkpoints} does not"
        f" fit the program: {error}",
        None,
        suggestion="train into a new run folder, or --force to replace this run",
    )
    return Fault(problem)
