"""The learning rate as a function of the number of updates."""

from __future__ import annotations

from ...catalog.families import ChangingSchedule
from ...catalog.schedules.constant import Constant as ConstantRate
from ...catalog.schedules.exponential_decay import ExponentialDecay
from ...catalog.schedules.piecewise_constant import PiecewiseConstant
from ...catalog.types import Duration
from ...ir import Phase, Training
from ..lowering import Table
from ..source import Call, Expression, call, literal, statement
from .phases import by_phase, several
from .plateau import lowers, plateau_known
from .section import Section
from .table import SHARED

__all__ = ["learning_rate_section"]


def _steps(duration: Duration) -> str:
    """The duration in steps, as an expression."""
    value = (
        int(duration.value) if duration.value == int(duration.value) else duration.value
    )
    return f"{value} * steps_per_epoch" if duration.unit == "epochs" else repr(value)


@SHARED.rule(ConstantRate, exact="a number", here=lambda _: "")
def constant_rate(schedule: ConstantRate) -> Expression:
    """Write the number."""
    return literal(schedule.value)


_TABLE = "computed in float64 from the number of updates and handed to the optimizer"


@SHARED.rule(ExponentialDecay, emulated=_TABLE)
def exponential_decay(schedule: ExponentialDecay) -> Expression:
    """Write initial · rate^(t / every)."""
    return call(
        "exponential_decay",
        "step",
        initial=literal(schedule.initial),
        rate=literal(schedule.rate),
        every=_steps(schedule.every),
        staircase=literal(schedule.staircase),
    )


@SHARED.rule(PiecewiseConstant, emulated=_TABLE)
def piecewise_constant(schedule: PiecewiseConstant) -> Expression:
    """Write the rates and the steps at which they end."""
    ends: list[str] = []
    for piece in schedule.pieces[:-1]:
        assert piece.span is not None, "the construct has checked this"
        ends.append(
            f"{ends[-1]} + {_steps(piece.span)}" if ends else _steps(piece.span)
        )
    return call(
        "piecewise_constant",
        "step",
        values=literal(tuple(piece.value for piece in schedule.pieces)),
        ends=f"({', '.join(ends)}{',' if len(ends) == 1 else ''})",
    )


def learning_rate_section(training: Training, table: Table = SHARED) -> Section:
    """`learning_rate(step, steps_per_epoch)` as a Python number.

    `table` has the schedules' lowerings; each writes a number or a call of a piece. With
    several phases it takes the phase too, and `rate_at(state, step)` asks it. Where a
    plateau lowers the rate, it is the one to begin with.
    """
    pieces: set[str] = set()

    def write(phase: Phase, indent: int) -> list[str]:
        schedule = phase.optimizer.learning_rate
        value = table.lowering(schedule).write(schedule)
        lines: list[str] = []
        if isinstance(schedule, ChangingSchedule) and schedule.update == "epoch":
            why = "# it changes between epochs only"
            lines.append(f"{' ' * indent}step -= step % steps_per_epoch  {why}")
        if isinstance(value, Call):
            pieces.add(value.function)
        return [*lines, statement(value, indent, "return ")]

    head = "def learning_rate(step: int, steps_per_epoch: int) -> float:"
    doc = '    """Return the learning rate of the update that `step` others came before."""'
    if several(training):
        head, doc = _HEAD.strip("\n").split("\n", 1)
    elif lowers(training):
        doc = (
            '    """Return the learning rate to begin with, which a plateau lowers."""'
        )
    lines = [head, doc, *by_phase(training, write)]
    if several(training):
        template = _RATE_IN_FORCE if lowers(training) else _RATE_AT
        lines += ["", "", *template.strip("\n").split("\n")]
    return Section("\n".join(lines), frozenset(pieces), known=plateau_known(training))


_HEAD = '''
def learning_rate(step: int, steps_per_epoch: int, phase: int) -> float:
    """Return the learning rate of the update that `step` others of its phase precede."""
'''
_RATE_AT = '''
def rate_at(state: State, step: int) -> float:
    """Return the learning rate of the update that `step` others of all phases precede."""
    return learning_rate(step - state.phase_step, state.steps_per_epoch, state.phase)
'''
_RATE_IN_FORCE = '''
def rate_at(state: State, step: int) -> float:
    """Return the learning rate of the update that `step` others of all phases precede.

    Where a plateau lowers it, that is the rate in force.
    """
    if state.plateau is not None:
        return state.plateau.rate
    return learning_rate(step - state.phase_step, state.steps_per_epoch, state.phase)
'''
