"""Pictures: models as graphs, learning rates and errors as plots; Mermaid, DOT and SVG."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from ..ir import Origins, Program
from .graph import Graph, graph

__all__ = ["GRAPHS", "SCHEDULES", "draw_graph", "draw_schedule"]

#: The formats of a model, and those of a learning rate.
GRAPHS = ("mermaid", "dot", "svg")
SCHEDULES = ("text", "svg", "mermaid")


def draw_graph(
    program: Program, origins: Origins, form: str = "mermaid", depth: int | None = 0
) -> str:
    """The text of a picture of a program's model.

    Args:
        program: only its model is drawn.
        origins: tell which blocks the layers lie in.
        form: one of `GRAPHS`.
        depth: levels of blocks that are open; 0: each is one node, None: all are open.
    """
    write: Callable[[Graph], str] = getattr(import_module(f"{__name__}.{form}"), form)
    return write(graph(program, origins, depth))


def draw_schedule(
    program: Program, origins: Origins, steps_per_epoch: int, form: str = "text"
) -> str:
    """The learning rate over the training of a program, which has one.

    Args:
        program: its training is shown.
        origins: the place of the schedule, for problems.
        steps_per_epoch: updates of an epoch.
        form: one of `SCHEDULES`.

    Raises:
        Fault: no installed backend knows the schedule.
    """
    from . import schedule
    from .rates import rates

    assert program.training is not None
    found = rates(program.training, steps_per_epoch, origins)
    write = {"text": schedule.table, "svg": schedule.plot, "mermaid": schedule.chart}
    return write[form](found)
