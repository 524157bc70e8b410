"""Pictures of what is in a spec."""

from __future__ import annotations

from dataclasses import replace

from ..check.checked import CheckedProgram
from ..diagnostics.fault import Fault
from ..diagnostics.model import Note
from ..pictures import GRAPHS, SCHEDULES, draw_graph, draw_schedule
from .programs import Programs

__all__ = ["graph", "schedule"]


def graph(spec: Programs, name: str | None, format: str, depth: int | None) -> str:
    """A picture of a model; see `Spec.graph`."""
    _among(format, GRAPHS)
    if depth is not None and depth < 0:
        raise ValueError(f"depth: 0 or more levels of blocks, not {depth}")
    chosen = spec.shown(name)
    return draw_graph(chosen.program, chosen.origins, format, depth)


def schedule(
    spec: Programs, name: str | None, format: str, steps_per_epoch: int | None
) -> str:
    """The learning rate over a whole training; see `Spec.schedule`."""
    _among(format, SCHEDULES)
    checked = spec.trained(name)
    steps = steps_per_epoch or _steps_per_epoch(spec, checked, name)
    return draw_schedule(checked.program, checked.origins, steps, format)


def _steps_per_epoch(spec: Programs, checked: CheckedProgram, name: str | None) -> int:
    """The updates of an epoch, which the size of the data gives."""
    assert checked.program.training is not None
    try:
        prepared = spec.prepare(name)
    except Fault as fault:
        first, *others = fault.problems
        hint = Note("steps_per_epoch (--steps-per-epoch N) goes without the data")
        first = replace(first, notes=(*first.notes, hint))
        raise Fault((first, *others), fault.status) from None
    return prepared.batches(checked.program.training).steps_per_epoch


def _among(format: str, formats: tuple[str, ...]) -> None:
    if format not in formats:
        raise ValueError(f"{format!r} is none of {', '.join(formats)}")
