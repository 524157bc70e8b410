"""Going on with a run: what must be the same, and from where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..data import Prepared, prepare
from ..diagnostics.fault import Fault
from ..diagnostics.model import Level, Problem
from ..ir import RNG_VERSION, Origins, Program
from .checkpoint import Checkpoint, newest
from .folder import RunFolder

__all__ = ["check_same", "find_checkpoint", "prepare_again"]


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
    before, now = (_comparable(p) for p in (begun, program))
    differing = list(_differences(before, now, ""))
    if differing:
        shown = ", ".join(differing[:5]) + (", …" if len(differing) > 5 else "")
        problem = Problem(
            "run-differs",
            f"{folder.path} was begun with another spec: {shown} differ",
            None,
            expected="only the number of epochs may change",
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


def _comparable(program: Program) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(program.model_dump_json())
    phases: list[dict[str, Any]] = found["training"]["phases"]
    for phase in phases:
        del phase["epochs"]
    return found


def _differences(before: Any, now: Any, path: str) -> Iterator[str]:
    """Paths at which two JSON values differ."""
    if isinstance(before, dict) and isinstance(now, dict):
        for key in dict.fromkeys([*before, *now]):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            inner = f"{path}.{key}" if path else str(key)  # pyright: ignore[reportUnknownArgumentType]
            yield from _differences(before.get(key), now.get(key), inner)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
    elif isinstance(before, list) and isinstance(now, list):
        if len(before) != len(now):  # pyright: ignore[reportUnknownArgumentType]
            yield path
            return
        for number, pair in enumerate(zip(before, now, strict=True)):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
            yield from _differences(*pair, f"{path}[{number}]")
    elif before != now:
        yield path


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
