"""Which constructs a program uses, and who owns each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..backend import Obstacle
from ..catalog.construct import Construct
from ..ir import Program
from .lowering import Table

__all__ = ["Use", "obstacles", "portability", "uses"]


@dataclass(frozen=True)
class Use:
    """A construct in a program; `owner` and `field` are keys of `specc.ir.Origins`."""

    owner: str
    field: str
    construct: Construct


def _within(owner: str, field: str, value: Any) -> Iterator[Use]:
    """The construct and those among its arguments."""
    if isinstance(value, Construct):
        yield Use(owner, field, value)
        for name, _ in value.fields():
            yield from _within(owner, name, getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _within(owner, field, item)


def uses(program: Program) -> Iterator[Use]:
    """All constructs that a backend has to write, in the order of the program."""
    for node in program.network.layers:
        yield from _within(node.name, "", node.layer)
    if program.training is None:
        return
    for objective in program.training.objectives:
        owner = f"output:{objective.output}"
        yield from _within(owner, "loss", objective.loss)
        yield from _within(owner, "metrics", objective.metrics)
    for phase in program.training.phases:
        yield from _within("optimizer", "", phase.optimizer)
        yield from _within("training", "callbacks", phase.callbacks)


def obstacles(table: Table, program: Program) -> tuple[Obstacle, ...]:
    """What the table refuses of a program, and what no backend writes yet."""
    found = list(_beyond(program))
    for use in uses(program):
        refusal = table.refusal(use.construct)
        if refusal is not None:
            keyword = use.construct.keyword
            found.append(Obstacle(use.owner, use.field, keyword, refusal.why))
    return tuple(found)


def _beyond(program: Program) -> Iterator[Obstacle]:
    """What the intermediate form can say and emitted programs cannot."""
    for edge in program.network.edges:
        if edge.mask is not None:
            why = "no layer of this release reads masks of time steps"
            yield Obstacle(edge.name, "", "mask", why)
    for node in program.network.layers:
        if not all(weight.decay for weight in node.weights):
            why = "no optimizer of this release has a weight decay to be left out"
            yield Obstacle(node.name, "", node.layer.keyword, why)
    training = program.training
    if training is None:
        return
    if len(training.phases) != 1:
        why = "a training has one phase in this release"
        yield Obstacle("training", "phases", "train", why)
    paths = {weight.path for weight in program.network.weights()}
    if paths and paths <= set(program.frozen()):
        yield Obstacle("training", "", "train", "no weight is left to be trained")


def portability(
    table: Table, program: Program
) -> tuple[dict[str, str], dict[str, str]]:
    """How each construct of a program is computed, by keyword.

    Where two families share a keyword, the family stands behind it: constant (schedule).

    Returns:
        those exact by the framework's own call, and those that are written out.
    """
    exact: dict[str, str] = {}
    emulated: dict[str, str] = {}
    first: dict[str, str] = {}
    for use in uses(program):
        if table.refusal(use.construct) is not None:
            continue
        lowering = table.lowering(use.construct)
        names = exact if lowering.exact else emulated
        keyword, family = use.construct.keyword, use.construct.family
        if first.setdefault(keyword, family) != family:
            keyword = f"{keyword} ({family})"
        names.setdefault(keyword, lowering.how)
    return exact, emulated
