"""Lints of the phases of a training."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ...catalog.families import Optimizer
from ...catalog.schedules import Constant
from ...catalog.types import is_number
from ...ir import Phase
from .subject import Finding, Subject

__all__ = ["unfreezing_at_full_rate"]


def unfreezing_at_full_rate(subject: Subject) -> Iterator[Finding]:
    """Large steps soon undo what the weights that were frozen had learned."""
    if subject.training is None:
        return
    phases = subject.training.phases
    for before, phase in pairwise(phases):
        thawed = set(before.frozen) - set(phase.frozen)
        same = before.optimizer.keyword == phase.optimizer.keyword
        then, now = _rate(before), _rate(phase)
        if not thawed or not same or then is None or now is None or now < then:
            continue
        lower = f"{then / 10:.6g}"
        message = (
            f"{phase.name} trains what {before.name} froze, at a learning rate of {now:g},"
            f" no lower than the {then:g} before"
        )
        own = phase.owner("optimizer")
        if _span(subject, own) == _span(subject, before.owner("optimizer")):
            said = f"optimizer = {_slower(phase.optimizer, lower)} in this phase"
            yield Finding("unfreezing-at-full-rate", message, phase.owner(), "", said)
            continue
        plain = isinstance(phase.optimizer.learning_rate, Constant)
        yield Finding(
            "unfreezing-at-full-rate",
            message,
            own,
            "learning_rate",
            f"a tenth of it: {lower}",
            value=lower if plain else None,
        )


def _slower(optimizer: Optimizer, rate: str) -> str:
    """The optimizer as it would be written with another rate."""
    given = [rate]
    for name, info in optimizer.fields():
        value = getattr(optimizer, name)
        if name == "learning_rate" or value == info.get_default():
            continue
        if isinstance(value, bool):
            given.append(f"{name} = {str(value).lower()}")
        else:
            given.append(f"{name} = {value:g}" if is_number(value) else "…")
    return f"{optimizer.keyword}({', '.join(given)})"


def _rate(phase: Phase) -> float | None:
    """The learning rate that a phase begins with, where that is known."""
    schedule = phase.optimizer.learning_rate
    if isinstance(schedule, Constant):
        return schedule.value
    return schedule.first_rate()


def _span(subject: Subject, owner: str) -> object:
    origin = subject.origins.find(owner)
    return origin.span if origin else None
