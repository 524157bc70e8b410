"""The learning rate of every update of a training, by the function that training uses."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate, chain, count

from ..backend import backend, backends
from ..catalog.schedules import Schedule
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..emit.lowering import Table
from ..emit.shared import SHARED, learning_rate_section, whole_program
from ..ir import Origins, Phase, Training
from ..live import load
from ..unparse import written

__all__ = ["Rates", "rates"]

_numbers = count(1)


@dataclass(frozen=True)
class Rates:
    """The learning rate over a training, all phases in their order.

    `schedule` is as a spec writes it, and says which callbacks change it; `function`
    takes the number of the update, from 0, and that of the updates of an epoch.
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
    found = [_of_phase(training, phase, origins) for phase in training.phases]
    ends = [*accumulate(phase.epochs * steps_per_epoch for phase in training.phases)]

    def function(step: int, steps_per_epoch: int) -> float:
        number = min(bisect_right(ends, step), len(ends) - 1)
        began = ends[number - 1] if number else 0
        return found[number](step - began, steps_per_epoch)

    schedules = [_shown(phase) for phase in training.phases]
    shown = schedules[0]
    if len(schedules) > 1:
        pairs = zip(training.phases, schedules, strict=True)
        shown = "; ".join(f"{phase.name}: {each}" for phase, each in pairs)
    epochs = sum(phase.epochs for phase in training.phases)
    return Rates(training.name, shown, epochs, steps_per_epoch, function)


def _schedule(phase: Phase) -> Schedule:
    schedule = getattr(phase.optimizer, "learning_rate", None)
    assert isinstance(schedule, Schedule), "all optimizers have a rate"
    return schedule


def _shown(phase: Phase) -> str:
    """The schedule of a phase, and what is not drawn of it."""
    shown = written(_schedule(phase))
    for callback in phase.callbacks:
        if callback.sets_rate:
            why = "whose decisions are not known beforehand"
            shown += f", drawn without {callback.keyword}, {why}"
    return shown


def _of_phase(
    training: Training, phase: Phase, origins: Origins
) -> Callable[[int, int], float]:
    """The learning rate in a phase, whose updates are counted from its first."""
    schedule = _schedule(phase)
    table = _table(schedule)
    if table is None:
        owners = (phase.owner("schedule"), phase.owner("optimizer"))
        origin = next(filter(None, map(origins.find, owners)), None)
        why = f"no installed backend computes {schedule.keyword}"
        raise Fault(Problem("refused", why, None if origin is None else origin.span))
    alone = training.model_copy(update={"phases": (phase,)})
    section = learning_rate_section(alone, table)
    text = whole_program("Learning rates.", [section], [], table.packages, {})
    return load(text, f"specc_learning_rate_{next(_numbers)}").learning_rate


def _table(schedule: Schedule) -> Table | None:
    """Lowerings with one for that schedule: those of all backends, or of one of them."""
    tables = chain([SHARED], (backend(name).table for name in backends()))
    return next((table for table in tables if table.refusal(schedule) is None), None)
