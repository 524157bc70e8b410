"""Joining a model, data and a training into a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ..catalog.families import Callback, Loss, Metric, Transform
from ..catalog.settings import PhaseSettings, TrainSettings
from ..diagnostics.model import Span
from ..ir import Binding, Data, Network, Objective, Origins, Phase, Program, Training
from .bind import Bound, located
from .bindings import bind_fields
from .data import DeclaredData
from .endings import Endings
from .joint import Joint
from .matching import Matches, match_fields
from .model import DeclaredModel
from .monitor import check_monitor, clashing, history_figures
from .objectives import fit_loss
from .origins import record
from .phases import DeclaredPhase
from .report import Report
from .targets import target_entries
from .training import DeclaredTraining
from .transforms import Called, names_of, rename

__all__ = ["join"]


def join(
    training: DeclaredTraining,
    model: DeclaredModel,
    data: DeclaredData,
    report: Report,
) -> tuple[Program, Origins] | None:
    """The program of a training, and where its values came from.

    Every part is looked at, whether or not another one is wrong; None where the parts
    cannot be put together.
    """
    if model.network is None:
        return None
    network = model.network
    losses = {
        output: item.loss
        for output, item in training.asked.items()
        if item.loss is not None
    }
    asked = [output for output in network.outputs if output.name in losses]
    endings = Endings(network)
    logits = {
        output.name: fit_loss(
            endings, output, losses[output.name], model.origins, report
        )
        for output in asked
    }
    if not training.gap:
        _watch(training, data, report)
    if data.settings is None:
        return None
    matches = match_fields(
        network, model.origins, data, _sizes(network, losses), report
    )
    joint = Joint(network, endings, model.origins, data, matches, report)
    if not matches.complete:
        return None
    called, known = _called(joint)
    transforms = rename(data.transforms, called, known, report)
    complete = len(asked) == len(network.outputs)
    bindings = bind_fields(joint, losses) if complete else None
    if bindings is None or training.settings is None:
        return None
    if any(phase.settings is None for phase in training.phases):
        return None
    trained = _training(training, training.settings, network, matches, logits)
    joined = _data(data, bindings, transforms)
    _check_figures(trained, training.span, report)
    program = Program(network=network, data=joined, training=trained)
    parts = (training, training.settings, trained.phases)
    return program, _origins(*parts, model, data, transforms)


def _watch(training: DeclaredTraining, data: DeclaredData, report: Report) -> None:
    """See that callbacks watch figures that there will be."""
    validates = data.settings is None or data.settings.validation is not None
    for phase in training.phases:
        for bound in phase.callbacks:
            check_monitor(bound, training.asked, validates, data.span, report)


def _sizes(network: Network, losses: Mapping[str, Bound]) -> dict[str, int | None]:
    """How many numbers the target of each output has."""
    return {
        output.name: target_entries(
            network.edge(output.edge).shape, losses[output.name].construct
        )
        for output in network.outputs
        if output.name in losses
    }


def _data(
    data: DeclaredData, bindings: tuple[Binding, ...], transforms: tuple[Bound, ...]
) -> Data:
    settings = data.settings
    assert settings is not None
    return Data(
        name=data.name,
        source=settings.source,
        test=settings.test,
        validation=settings.validation,
        split_seed=settings.split_seed,
        bindings=bindings,
        transforms=tuple(cast("Transform", item.construct) for item in transforms),
    )


def _called(joint: Joint) -> tuple[Called, set[str]]:
    """What the names in a data block mean in this program, and its further names."""
    called: dict[str, list[str]] = {}
    matches = joint.matches.all()
    written = {id(binding.span): binding.name for binding in joint.data.bindings}
    for match in matches:
        if len(match.columns) == 1:
            called.setdefault(match.columns[0], []).append(match.name)
        for column in match.columns if len(match.columns) > 1 else ():
            called.setdefault(column, []).append(column)
    for match in matches:
        called[written.get(id(match.span), match.name)] = [match.name]
        called[match.name] = [match.name]
    known = {binding.name for binding in joint.data.bindings}
    if any(match.through for match in matches):
        # Which columns lie between the ends of a run is known when the data are read.
        named = (
            name for item in joint.data.transforms for name in names_of(item.construct)
        )
        for name in named:
            if name not in known:
                called.setdefault(name, [name])
    source = joint.source()
    known.update(field.name for field in getattr(source, "data_fields", ()))
    return called, known


def _training(
    training: DeclaredTraining,
    bound: Bound,
    network: Network,
    matches: Matches,
    logits: Mapping[str, bool],
) -> Training:
    settings: TrainSettings = bound.construct
    objectives = tuple(
        Objective(
            output=output.name,
            target=matches.targets[output.name].name,
            loss=_construct(training.asked[output.name].loss),
            logits=logits[output.name],
            metrics=tuple(
                cast("Metric", item.construct)
                for item in training.asked[output.name].metrics
            ),
        )
        for output in network.outputs
    )
    weight = matches.sample_weight
    return Training(
        name=training.name,
        objectives=objectives,
        sample_weight=weight.name if weight else None,
        phases=tuple(map(_phase, training.phases)),
        batch_size=settings.batch_size,
        shuffle=settings.shuffle,
        seed=settings.seed,
        precision=settings.precision,
        on_nan=settings.on_nan,
    )


def _phase(declared: DeclaredPhase) -> Phase:
    assert declared.settings is not None, "it was looked at before"
    settings: TrainSettings | PhaseSettings = declared.settings.construct
    return Phase(
        name=declared.name,
        epochs=settings.epochs,
        optimizer=settings.optimizer,
        callbacks=tuple(cast("Callback", c.construct) for c in declared.callbacks),
        frozen=declared.frozen,
    )


def _construct(bound: Bound | None) -> Loss:
    assert bound is not None
    return bound.construct


def _check_figures(training: Training, span: Span, report: Report) -> None:
    """See that every figure of the history has a key of its own."""
    for key in clashing(history_figures(training, validates=True)):
        message = f"{key} would stand for two figures of the history"
        report.error(
            "name-clash", message, span, suggestion="call that output something else"
        )


def _origins(
    training: DeclaredTraining,
    settings: Bound,
    phases: tuple[Phase, ...],
    model: DeclaredModel,
    data: DeclaredData,
    transforms: tuple[Bound, ...],
) -> Origins:
    """Where the values of a program came from: those of its parts put together."""
    table = {**model.origins.table, **data.origins.table}
    origins = Origins(table, dict(model.origins.blocks))
    record(origins, "training", settings)
    origins.put("training", "", training.span)
    for binding in data.bindings:
        origins.put(f"binding:{binding.name}", "", binding.span)
    for position, bound in enumerate(transforms):
        record(origins, f"transform:{position}", bound)
    for name, item in training.asked.items():
        if item.loss is not None:
            record(origins, f"output:{name}", item.loss)
            origins.put(f"output:{name}", "loss", item.loss.span)
        if item.metrics_span is not None:
            origins.put(f"output:{name}", "metrics", item.metrics_span)
    for declared, phase in zip(training.phases, phases, strict=True):
        _phase_origins(declared, phase, origins)
    return origins


def _phase_origins(declared: DeclaredPhase, phase: Phase, origins: Origins) -> None:
    """A phase, the optimizer and its schedule, which are calls within calls, callbacks."""
    settings = declared.settings
    assert settings is not None, "it was looked at before"
    origins.put(phase.owner(), "", declared.span)
    for name, given in settings.given.items():
        origins.put(phase.owner(), name, given.span)
        if name == "freeze":
            origins.put(phase.owner(), "frozen", given.span)
    for bound in declared.callbacks:
        record(origins, phase.owner(bound.construct.keyword), bound)
    given = settings.given.get("optimizer")
    if given is None:
        return
    optimizer = located(given.value, phase.optimizer)
    record(origins, phase.owner("optimizer"), optimizer)
    schedule = getattr(phase.optimizer, "learning_rate", None)
    rate = optimizer.given.get("learning_rate")
    if schedule is not None and rate is not None:
        record(origins, phase.owner("schedule"), located(rate.value, schedule))
    elif schedule is not None:
        origins.put(phase.owner("schedule"), "", optimizer.span, "default")
