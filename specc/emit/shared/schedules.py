"""The learning rate as a function of the number of updates."""

from __future__ import annotations

from ...catalog.families import ChangingSchedule
from ...catalog.schedules.constant import Constant as ConstantRate
from ...catalog.schedules.exponential_decay import ExponentialDecay
from ...catalog.schedules.piecewise_constant import PiecewiseConstant
from ...catalog.types import Duration
from ...ir import Training
from ..lowering import Table
from ..source import Call, Expression, call, literal, statement
from .section import Section
from .settings import only_phase
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

    `table` has the schedules' lowerings; each writes a number or a call of a piece.
    """
    schedule = only_phase(training).optimizer.learning_rate
    value = table.lowering(schedule).write(schedule)
    head = "def learning_rate(step: int, steps_per_epoch: int) -> float:"
    doc = '    """Return the learning rate of the update that `step` others came before."""'
    lines = [head, doc]
    if isinstance(schedule, ChangingSchedule) and schedule.update == "epoch":
        lines.append(
            "    step -= step % steps_per_epoch  # it changes between epochs only"
        )
    pieces = {value.function} if isinstance(value, Call) else set[str]()
    return Section(
        "\n".join([*lines, statement(value, 4, "return ")]), frozenset(pieces)
    )
