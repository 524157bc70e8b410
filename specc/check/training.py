"""A train block by itself: its settings, what it asks of the outputs, its callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..catalog import catalog
from ..catalog.settings import TrainSettings
from ..diagnostics.model import Note, Span
from ..ir import Network
from ..syntax import tree
from .allow import is_allow
from .assertions import Demand
from .bind import Binder, Bound
from .gaps import has_gap
from .objectives import Asked, fit_metrics, read_objectives
from .params import Override
from .report import Report
from .settings import replaced, settings_call
from .statements import as_setting, head, misplaced, statement_call

__all__ = ["DeclaredTraining", "check_training"]


@dataclass
class DeclaredTraining:
    """What a train block says; no settings where these are wrong."""

    name: str
    span: Span
    settings: Bound | None = None
    asked: dict[str, Asked] = field(default_factory=dict[str, Asked])
    callbacks: list[Bound] = field(default_factory=list[Bound])
    demands: list[Demand] = field(default_factory=list[Demand])
    #: Whether a statement of it has a problem of its own, so that it may ask for more.
    gap: bool = False


@dataclass
class _Parts:
    settings: list[tree.Setting] = field(default_factory=list[tree.Setting])
    objectives: list[tree.Setting] = field(default_factory=list[tree.Setting])
    callbacks: list[tree.Call] = field(default_factory=list[tree.Call])
    assertions: list[tree.Assertion] = field(default_factory=list[tree.Assertion])


def check_training(
    block: tree.Block,
    name: str,
    network: Network | None,
    overrides: Mapping[str, Override],
    binder: Binder,
) -> DeclaredTraining:
    """Check what a train block says; problems go to the binder's report.

    Args:
        block: the train block.
        name: what the training is called.
        network: its model's; None where there is none.
        overrides: settings that replace the block's.
        binder: makes its constructs.
    """
    training = DeclaredTraining(name, head(block))
    parts = _sort(block, binder.report)
    call = replaced(settings_call(parts.settings, training.span), overrides)
    training.settings = binder.bind(TrainSettings, call)
    if has_gap(block.body):
        training.settings, training.gap = None, True
    training.asked = read_objectives(parts.objectives, network, training.span, binder)
    for item in training.asked.values():
        fit_metrics(item, binder.report)
    training.callbacks = _callbacks(parts.callbacks, binder)
    params = dict(binder.params.table)
    training.demands = [Demand(item, params, {}) for item in parts.assertions]
    return training


def _sort(block: tree.Block, report: Report) -> _Parts:
    """The statements of a train block by what they are."""
    parts = _Parts()
    for statement in block.body:
        setting, call = as_setting(statement), statement_call(statement)
        if is_allow(statement):
            continue
        word = (setting.kind or setting.key).text if setting else ""
        if isinstance(statement, tree.Assertion):
            parts.assertions.append(statement)
        elif setting is not None and word in ("loss", "metrics"):
            parts.objectives.append(setting)
        elif setting is not None and setting.kind is None:
            parts.settings.append(setting)
        elif call is not None:
            parts.callbacks.append(call)
        else:
            expected = "a setting, a loss, metrics, a callback or assert"
            misplaced(statement, "a train block", expected, report)
    return parts


def _callbacks(calls: list[tree.Call], binder: Binder) -> list[Bound]:
    found: dict[str, Bound] = {}
    for call in calls:
        keyword = call.name.text
        kind = catalog().family("callback").get(keyword)
        if kind is None:
            binder.unknown(call.name, "callback")
            continue
        bound = binder.bind(kind, call)
        if keyword in found:
            note = Note("the first one is here", found[keyword].span)
            message = f"a training has one {keyword}"
            binder.report.error("duplicate-argument", message, call.span, notes=(note,))
        elif bound is not None:
            found[keyword] = bound
    return list(found.values())
