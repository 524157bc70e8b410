"""Where each value of a program came from: given, a default, or which ``defaults``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .catalog.construct import Construct
from .catalog.settings import PhaseSettings
from .check.checked import CheckedProgram
from .diagnostics.model import Span
from .emit.uses import uses
from .ir import Origins, Training
from .reference.values import spell
from .unparse import settings_of, settings_of_data, settings_of_phase

__all__ = ["Value", "values"]


@dataclass(frozen=True)
class Value:
    """An argument of a construct of a program.

    `how` is ``given``, ``default`` or the heading of the ``defaults`` that gave it; `span`
    is the place, None where that is the construct's own.
    """

    owner: str
    keyword: str
    field: str
    text: str
    how: str
    span: Span | None


def values(checked: CheckedProgram) -> Iterator[Value]:
    """Every argument of the layers, data, losses, optimizer and callbacks of a program."""
    program, origins = checked.program, checked.origins
    if program.data is not None:
        yield from _values("data", settings_of_data(program.data), origins)
        for position, step in enumerate(program.data.transforms):
            yield from _values(f"transform:{position}", step, origins)
    if program.training is not None:
        yield from _training(program.training, origins)
    seen: set[tuple[str, str]] = set()
    for use in uses(program):
        if use.within is not None:
            continue
        owner = use.owner
        if (owner, use.construct.keyword) in seen:
            continue
        seen.add((owner, use.construct.keyword))
        yield from _values(owner, use.construct, origins)


def _training(training: Training, origins: Origins) -> Iterator[Value]:
    """The settings of a training, and of its phases where it has several."""
    phases = training.phases if len(training.phases) > 1 else ()
    own = {name for name, _ in PhaseSettings.fields()} if phases else set[str]()
    for value in _values("training", settings_of(training), origins):
        if value.field not in own:
            yield value
    for phase in phases:
        yield from _values(phase.owner(), settings_of_phase(phase), origins)


def _values(owner: str, construct: Construct, origins: Origins) -> Iterator[Value]:
    for name, _ in construct.fields():
        origin = origins.table.get((owner, name))
        how = origin.how if origin else "default"
        span = origin.span if origin and how != "default" else None
        text = spell(getattr(construct, name))
        yield Value(owner, construct.keyword, name, text, how, span)
