"""What is known of the callbacks that watch a figure, whichever they are."""

from __future__ import annotations

from ...catalog.callbacks import Monitored
from ...ir import Program
from ..pieces import Known

__all__ = ["direction", "monitored", "watches_validation"]


def monitored(program: Program) -> list[Monitored]:
    """The callbacks of all phases that watch a figure."""
    phases = program.training.phases if program.training else ()
    callbacks = (callback for phase in phases for callback in phase.callbacks)
    return [item for item in callbacks if isinstance(item, Monitored)]


def direction(program: Program) -> Known:
    """What is known of their class where one way of improving is that of all."""
    ways = {item.larger_is_better() for item in monitored(program)}
    if len(ways) != 1:
        return Known()
    return direction_of(ways.pop())


def direction_of(larger_is_better: bool) -> Known:
    """What is known where that is the way of all."""
    unused = frozenset({"larger_is_better"})
    return Known({"self.larger_is_better": larger_is_better}, unused)


def watches_validation(program: Program) -> Monitored | None:
    """The first of them that looks at figures of held-out examples."""
    found = (m for m in monitored(program) if m.monitor.startswith("val_"))
    return next(found, None)
