"""A train block by itself: its settings, what it asks of the outputs, its phases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..catalog.settings import PhasedSettings, PhaseSettings, TrainSettings
from ..diagnostics.model import Span
from ..ir import Network
from ..syntax import tree
from .allow import is_allow
from .assertions import Demand
from .bind import Binder, Bound
from .gaps import has_gap
from .objectives import Asked, fit_metrics, read_objectives
from .params import Override
from .phases import DeclaredPhase, check_phases, only_phase, read_callbacks
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
    #: In their order; one where the block has none.
    phases: list[DeclaredPhase] = field(default_factory=list[DeclaredPhase])
    demands: list[Demand] = field(default_factory=list[Demand])
    #: Whether a statement of it has a problem of its own, so that it may ask for more.
    gap: bool = False


@dataclass
class _Parts:
    settings: list[tree.Setting] = field(default_factory=list[tree.Setting])
    objectives: list[tree.Setting] = field(default_factory=list[tree.Setting])
    callbacks: list[tree.Call] = field(default_factory=list[tree.Call])
    phases: list[tree.Block] = field(default_factory=list[tree.Block])
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
    if has_gap(block.body):
        training.gap = True
        heads = binder.report.gaps.heads  # of phases, which may lack what is missing
        heads |= {(phase.span.source.name, phase.span.start) for phase in parts.phases}
    _read_settings(training, parts, network, overrides, binder)
    training.asked = read_objectives(parts.objectives, network, training.span, binder)
    for item in training.asked.values():
        fit_metrics(item, binder.report)
    params = dict(binder.params.table)
    training.demands = [Demand(item, params, {}) for item in parts.assertions]
    return training


def _read_settings(
    training: DeclaredTraining,
    parts: _Parts,
    network: Network | None,
    overrides: Mapping[str, Override],
    binder: Binder,
) -> None:
    """The settings and phases of a train block."""
    kind = PhasedSettings if parts.phases else TrainSettings
    names = [name for name, _ in PhaseSettings.fields()]
    of_phases = names if parts.phases else []
    own = {key: item for key, item in overrides.items() if key not in of_phases}
    call = replaced(settings_call(parts.settings, training.span), own)
    bound = binder.bind(kind, call)
    callbacks = read_callbacks(parts.callbacks, binder)
    training.settings = None if training.gap else bound
    if parts.phases:
        others = {key: item for key, item in overrides.items() if key in of_phases}
        training.phases = check_phases(
            parts.phases, parts.settings, callbacks, network, others, binder
        )
        return
    phase = only_phase(bound, callbacks, network, training.span, binder)
    training.phases = [phase]


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
            meant = _misspelt(word, report)
            if meant is None:
                parts.settings.append(setting)
                continue
            message = f"a train block has no setting {word}"
            report.error("unknown-setting", message, setting.key.span, suggestion=meant)
            key = replace(setting.key, text=meant)
            parts.objectives.append(replace(setting, key=key))
        elif call is not None:
            parts.callbacks.append(call)
        elif isinstance(statement, tree.Block) and statement.kind.text == "phase":
            parts.phases.append(statement)
        else:
            expected = "a setting, a loss, metrics, a callback, a phase or assert"
            misplaced(statement, "a train block", expected, report)
    return parts


def _misspelt(word: str, report: Report) -> str | None:
    """loss or metrics, where a setting is called nearly so."""
    known = [name for name, _ in TrainSettings.fields()]
    if word in known:
        return None
    near = report.near(word, [*known, "loss", "metrics"])
    return near if near in ("loss", "metrics") else None
