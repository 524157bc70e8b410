"""The learning rate of every update of a training, by the function that training uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from ..backend import backend, backends
from ..catalog.schedules import Schedule
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..emit.lowering import Table
from ..emit.shared import SHARED, learning_rate_section, only_phase, whole_program
from ..ir import Origins, Training
from ..live import load
from ..unparse import written

__all__ = ["Rates", "rates"]


@dataclass(frozen=True)
class Rates:
    """The learning rate over a training.

    `schedule` is as a spec writes it; `function` takes the number of the update, from 0,
    and that of the updates of an epoch.
    """

    name: str
    schedule: str
    epochs: int
    steps_per_epoch: int
    function: Callable[[int, int], float]

    @property
    def steps(self) -> int:
        """All updates."""
        return self.epochs * self.steps_per_epoch

    def at(self, step: int) -> float:
        """The rate of the update that `step` others came before."""
        return self.function(step, self.steps_per_epoch)

    def sample(self, most: int) -> list[tuple[int, float]]:
        """Updates and their rates: all, or so many at even distances, with both ends."""
        return [(step, self.at(step)) for step in evenly(self.steps, most)]


def evenly(count: int, most: int) -> Iterable[int]:
    """The numbers below a count, or so many of them with both ends."""
    if count <= most:
        return range(count)
    return (place * (count - 1) // (most - 1) for place in range(most))


def rates(training: Training, steps_per_epoch: int, origins: Origins) -> Rates:
    """The learning rate over a training.

    It is computed by the text that emitted programs have, which needs no framework.

    Args:
        training: what is trained.
        steps_per_epoch: the updates of an epoch.
        origins: the place of the schedule, should no backend know it.

    Raises:
        Fault: no installed backend knows the schedule.
    """
    phase = only_phase(training)
    schedule = getattr(phase.optimizer, "learning_rate", None)
    assert isinstance(schedule, Schedule), "all optimizers have a rate"
    table = _table(schedule)
    if table is None:
        origin = origins.find("schedule") or origins.find("optimizer")
        why = f"no installed backend computes {schedule.keyword}"
        raise Fault(Problem("refused", why, origin.span if origin else None))
    section = learning_rate_section(training, table)
    text = whole_program("Learning rates.", [section], [], table.packages, {})
    function = load(text, "specc_learning_rate").learning_rate
    return Rates(
        training.name, written(schedule), phase.epochs, steps_per_epoch, function
    )


def _table(schedule: Schedule) -> Table | None:
    """Lowerings with one for that schedule: those of all backends, or of one of them."""
    tables = chain([SHARED], (backend(name).table for name in backends()))
    return next((table for table in tables if table.refusal(schedule) is None), None)
