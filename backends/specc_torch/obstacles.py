"""What of a program is refused, beyond what the table refuses by construct."""

from __future__ import annotations

from collections.abc import Iterator

from specc.backend import Obstacle
from specc.emit.lowering import Table
from specc.emit.uses import obstacles
from specc.ir import Program

__all__ = ["find_obstacles"]


def find_obstacles(table: Table, program: Program) -> tuple[Obstacle, ...]:
    """What the backend cannot honour in a program."""
    return (*obstacles(table, program, phases=True), *_weights(program))


def _weights(program: Program) -> Iterator[Obstacle]:
    if program.training is not None and not any(program.network.weights()):
        why = "PyTorch's optimizers want a weight, and the model has none"
        yield Obstacle("training", "", "train", why)
