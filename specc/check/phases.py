"""The phases of a train block: each with its settings, what it freezes, its callbacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..catalog import catalog
from ..catalog.schedules import Constant
from ..catalog.settings import PhaseSettings, TrainSettings
from ..diagnostics.model import Level, Note, Span
from ..ir import MAIN, Network
from ..syntax import tree
from .allow import is_allow
from .bind import Binder, Bound
from .expectation import signature
from .freezing import freeze
from .gaps import has_gap
from .lint.fixes import removed_line
from .params import Override
from .report import Report
from .settings import replaced, settings_call
from .statements import as_setting, head, misplaced, statement_call

__all__ = ["DeclaredPhase", "check_phases", "only_phase", "read_callbacks"]

#: The settings that a train block gives to its phases.
_HANDED_ON = tuple(name for name, _ in PhaseSettings.fields())


@dataclass
class DeclaredPhase:
    """What a phase says, with what it takes from its train block."""

    name: str
    span: Span
    #: Of a construct with optimizer, epochs and freeze; None where these are wrong.
    settings: Bound | None = None
    callbacks: list[Bound] = field(default_factory=list[Bound])
    frozen: tuple[str, ...] = ()


@dataclass
class _Parts:
    settings: list[tree.Setting] = field(default_factory=list[tree.Setting])
    callbacks: list[tree.Call] = field(default_factory=list[tree.Call])


def only_phase(
    settings: Bound | None,
    callbacks: list[Bound],
    network: Network | None,
    span: Span,
    binder: Binder,
) -> DeclaredPhase:
    """The phase that a train block without phases is; `settings` are its own."""
    phase = DeclaredPhase(MAIN, span, settings, callbacks)
    _freeze(phase, network, binder)
    _rate_set_once(phase, binder.report)
    return phase


def check_phases(
    blocks: list[tree.Block],
    outer: list[tree.Setting],
    callbacks: list[Bound],
    network: Network | None,
    overrides: Mapping[str, Override],
    binder: Binder,
) -> list[DeclaredPhase]:
    """The phases of a train block, in their order.

    Args:
        blocks: the phases.
        outer: settings of the train block.
        callbacks: of the train block; a phase with the same ones has its own.
        network: the model's; None where there is none.
        overrides: settings that replace those of every phase.
        binder: makes constructs.
    """
    found: dict[str, DeclaredPhase] = {}
    given: list[set[str]] = []
    handed = [setting for setting in outer if setting.key.text in _HANDED_ON]
    for block in blocks:
        assert block.name is not None, "the form of a phase has a name"
        parts = _sort(block, binder.report)
        own = {setting.key.text for setting in parts.settings}
        inherited = [setting for setting in handed if setting.key.text not in own]
        call = settings_call([*parts.settings, *inherited], head(block))
        phase = DeclaredPhase(block.name.text, head(block))
        phase.settings = binder.bind(PhaseSettings, replaced(call, overrides))
        if has_gap(block.body):
            phase.settings = None
        phase.callbacks = read_callbacks(parts.callbacks, binder)
        keywords = {item.construct.keyword for item in phase.callbacks}
        phase.callbacks += [
            item for item in callbacks if item.construct.keyword not in keywords
        ]
        _freeze(phase, network, binder)
        _rate_set_once(phase, binder.report)
        given.append(own | keywords)
        _enter(phase, found, binder.report)
    _unused(handed, callbacks, given, binder.report)
    return list(found.values())


def read_callbacks(calls: list[tree.Call], binder: Binder) -> list[Bound]:
    """The callbacks of a train block or a phase, one of each kind."""
    found: dict[str, Bound] = {}
    for call in calls:
        keyword = call.name.text
        kind = catalog().family("callback").get(keyword)
        if kind is None:
            binder.unknown_call(call, "callback")
            continue
        bound = binder.bind(kind, call)
        if keyword in found:
            note = Note("the first one is here", found[keyword].span)
            message = f"there is one {keyword} in a training or a phase"
            binder.report.error("duplicate-argument", message, call.span, notes=(note,))
        elif bound is not None:
            found[keyword] = bound
    return list(found.values())


def _sort(block: tree.Block, report: Report) -> _Parts:
    """The statements of a phase by what they are."""
    parts = _Parts()
    for statement in block.body:
        setting, call = as_setting(statement), statement_call(statement)
        if is_allow(statement):
            continue
        word = (setting.kind or setting.key).text if setting else ""
        if setting is not None and _is_of_training(word):
            report.error(
                "misplaced-statement",
                f"{word} does not belong in a phase: it is one of the whole training",
                setting.key.span if setting.kind is None else setting.kind.span,
                suggestion=f"{word} in the train block",
            )
        elif setting is not None and setting.kind is None:
            parts.settings.append(setting)
        elif call is not None:
            parts.callbacks.append(call)
        else:
            expected = "a setting or a callback"
            misplaced(statement, "a phase", expected, report)
    return parts


def _is_of_training(word: str) -> bool:
    """Whether a train block says it for all phases."""
    known = {"loss", "metrics", *signature(TrainSettings).parameters}
    return word in known - set(_HANDED_ON)


def _enter(
    phase: DeclaredPhase, found: dict[str, DeclaredPhase], report: Report
) -> None:
    first = found.setdefault(phase.name, phase)
    if first is not phase:
        report.error(
            "duplicate-name",
            f"there is a phase {phase.name} already",
            phase.span,
            notes=(Note("the other one is here", first.span),),
        )


def _freeze(phase: DeclaredPhase, network: Network | None, binder: Binder) -> None:
    """Find what the phase freezes; it has no settings where that is wrong."""
    if phase.settings is None or network is None:
        return
    patterns, given = phase.settings.construct.freeze, phase.settings.given
    frozen = freeze(patterns, given.get("freeze"), network, phase.span, binder)
    if frozen is None:
        phase.settings = None
    else:
        phase.frozen = frozen


def _rate_set_once(phase: DeclaredPhase, report: Report) -> None:
    """See that a callback that sets the learning rate is alone in doing so."""
    if phase.settings is None:
        return
    schedule = phase.settings.construct.optimizer.learning_rate
    given = phase.settings.given.get("optimizer")
    span = given.value.span if given else phase.span
    if isinstance(schedule, Constant):
        _rate_can_fall(phase.callbacks, schedule.value, span, report)
        return
    for bound in phase.callbacks:
        if bound.construct.sets_rate:
            rate = schedule.first_rate()
            number = "a number" if rate is None else f"{rate:g}"
            report.error(
                "rate-set-twice",
                f"{bound.construct.keyword} sets the learning rate, which"
                f" {schedule.keyword} changes by itself",
                bound.span,
                suggestion=f"{number} in the place of {schedule.keyword}, or no"
                f" {bound.construct.keyword}",
                notes=(Note("the schedule is in this optimizer", span),),
            )


def _rate_can_fall(
    callbacks: Iterable[Bound], rate: float, optimizer: Span, report: Report
) -> None:
    """See that a callback that lowers the learning rate may lower it at all."""
    for bound in callbacks:
        callback = bound.construct
        if callback.sets_rate and not callback.may_set(rate):
            report.error(
                "conflicting-arguments",
                f"{callback.keyword} does not lower the learning rate below"
                f" {callback.least_rate():g}, and it is {rate:g}",
                bound.span,
                expected="a least rate below the first",
                notes=(Note("the rate is in this optimizer", optimizer),),
            )


def _unused(
    handed: Iterable[tree.Setting],
    callbacks: Iterable[Bound],
    given: list[set[str]],
    report: Report,
) -> None:
    """Warn of what the train block says for phases and all of them say themselves."""
    said = [(setting.key.text, setting.span) for setting in handed]
    said += [(bound.construct.keyword, bound.span) for bound in callbacks]
    for word, span in said:
        if all(word in own for own in given):
            message, fix = f"every phase has its own {word}", removed_line(span)
            report.error("unused-setting", message, span, level=Level.WARNING, fix=fix)
