"""Which constructs a program uses, and who owns each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..backend import Obstacle
from ..catalog.callbacks import CALLBACKS
from ..catalog.construct import Construct
from ..catalog.schedules import Constant
from ..catalog.wrappers import TimeDistributed
from ..ir import Program
from .lowering import Lowering, Table
from .use import Use

__all__ = ["Use", "as_written", "obstacles", "portability", "uses"]


def _within(use: Use) -> Iterator[Use]:
    """The construct and those among its arguments."""
    yield use
    for name, _ in use.construct.fields():
        for part in _constructs(getattr(use.construct, name)):
            within = use.construct
            yield from _within(replace(use, field=name, construct=part, within=within))


def _constructs(value: Any) -> Iterator[Construct]:
    if isinstance(value, Construct):
        yield value
    elif isinstance(value, tuple):
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _constructs(item)


def uses(program: Program) -> Iterator[Use]:
    """All constructs that a backend has to write, in the order of the program."""
    network = program.network
    for node in network.layers:
        calls = [call for call in network.calls if call.layer == node.name]
        shapes = network.shapes(calls[0]) if calls else ()
        once = len(calls) < 2
        given = {
            network.argument(weight.path, "initializer")
            for weight in node.weights
            if network.taken(weight.path)
        }
        if any(call.over_time for call in calls):
            yield Use(node.name, "", TimeDistributed(), shapes=shapes, once=once)
        for use in _within(Use(node.name, "", node.layer, shapes=shapes, once=once)):
            # What a trained model gives is not drawn.
            if use.field not in given:
                yield use
    if program.training is None:
        return
    for objective in program.training.objectives:
        owner = f"output:{objective.output}"
        yield from _within(Use(owner, "loss", objective.loss, objective=objective))
        for metric in objective.metrics:
            yield from _within(Use(owner, "metrics", metric, objective=objective))
    for phase in program.training.phases:
        yield from _within(Use(phase.owner("optimizer"), "", phase.optimizer))
        for callback in phase.callbacks:
            yield from _within(Use(phase.owner(callback.keyword), "", callback))


def obstacles(
    table: Table, program: Program, *, phases: bool = False
) -> tuple[Obstacle, ...]:
    """What the table refuses of a program, and what no backend writes yet.

    `phases` says that the backend writes trainings of several phases.
    """
    found = list(_beyond(program))
    if not phases and program.training and len(program.training.phases) > 1:
        why = "it writes trainings of one phase only"
        found.append(Obstacle("training", "phases", "train", why))
    refused = {(one.owner, one.field, one.keyword) for one in found}
    for use in uses(program):
        refusal = table.refusal(use.construct)
        place = (use.owner, use.field, use.construct.keyword)
        if refusal is not None and place not in refused:
            found.append(Obstacle(*place, refusal.why))
    return tuple(found)


def _beyond(program: Program) -> Iterator[Obstacle]:
    """What the intermediate form can say and emitted programs cannot."""
    for edge in program.network.edges:
        if edge.mask is not None:
            why = "no layer of this release reads masks of time steps"
            yield Obstacle(edge.name, "", "mask", why)
    for node in program.network.layers:
        streams = [stream.path for stream in node.streams]
        if streams not in ([], [f"{node.name}/keep"]):
            why = "in this release a layer draws one mask at most, from a stream called keep"
            yield Obstacle(node.name, "", node.layer.keyword, why)
        if not all(weight.decay for weight in node.weights):
            why = "no optimizer of this release has a weight decay to be left out"
            yield Obstacle(node.name, "", node.layer.keyword, why)
    training = program.training
    if training is None:
        return
    for phase in training.phases:
        for callback in phase.callbacks:
            owner = phase.owner(callback.keyword)
            if not isinstance(callback, CALLBACKS):
                why = "the loop over epochs has no callback of other packages"
                yield Obstacle(owner, "", callback.keyword, why)
            if callback.sets_rate and not isinstance(
                phase.optimizer.learning_rate, Constant
            ):
                why = "the learning rate changes by a schedule"
                yield Obstacle(owner, "", callback.keyword, why)
    if training.compute not in (None, training.precision):
        why = "layers compute in the type of their weights in this release"
        yield Obstacle("training", "precision", "train", why)
    if program.data is not None and program.data.shards > 1:
        yield Obstacle("data", "", "data", "a training is one process in this release")
    paths = {weight.path for weight in program.network.weights()}
    for phase in training.phases:
        if paths and paths <= set(program.frozen(phase)):
            why = "no weight is left to be trained"
            yield Obstacle(phase.owner(), "", "train", why)


def portability(
    table: Table, program: Program
) -> tuple[dict[str, str], dict[str, str]]:
    """How each construct of a program is computed, by keyword, in general terms.

    Where two families share a keyword, the family stands behind it: constant (schedule).

    Returns:
        those exact by the framework's own call, and those that are written out.
    """
    exact: dict[str, str] = {}
    emulated: dict[str, str] = {}
    for keyword, _, lowering in _lowered(table, program):
        (exact if lowering.exact else emulated).setdefault(keyword, lowering.how)
    return exact, emulated


def as_written(table: Table, program: Program) -> tuple[dict[str, str], dict[str, str]]:
    """How each construct of a program is computed in this very program, by keyword.

    Returns:
        those exact by the framework's own call, and those that are written out; what
        needs no code is in neither.
    """
    found: dict[bool, dict[str, list[str]]] = {True: {}, False: {}}
    for keyword, use, lowering in _lowered(table, program):
        how = lowering.here(use)
        texts = found[how.exact].setdefault(keyword, [])
        said = how.text.split("; ")
        texts += [text for text in said if text not in texts]
    shown = {
        exact: {keyword: "; ".join(filter(None, t)) for keyword, t in texts.items()}
        for exact, texts in found.items()
    }
    exact, emulated = ({k: t for k, t in shown[e].items() if t} for e in (True, False))
    return exact, emulated


def _lowered(table: Table, program: Program) -> Iterator[tuple[str, Use, Lowering]]:
    """Each construct that is lowered, with its word."""
    first: dict[str, str] = {}
    for use in uses(program):
        if table.refusal(use.construct) is not None:
            continue
        keyword, family = use.construct.keyword, use.construct.family
        if first.setdefault(keyword, family) != family:
            keyword = f"{keyword} ({family})"
        yield keyword, use, table.lowering(use.construct)
