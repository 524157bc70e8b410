"""A data block: its source, how it is divided, its bindings and its transforms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..catalog import catalog
from ..catalog.families import Transform
from ..catalog.settings import DataSettings
from ..diagnostics.model import Edit, Note, Span
from ..ir import Origins
from ..syntax import tree
from .allow import is_allow
from .bind import Binder, Bound
from .columns import read_columns
from .gaps import has_gap
from .origins import record
from .report import Report
from .rows import check_parts, check_rows
from .settings import settings_call
from .statements import as_setting, head, misplaced, statement_call

__all__ = ["ROLES", "DeclaredBinding", "DeclaredData", "check_data"]

Role = Literal["input", "target", "sample_weight"]
ROLES = ("input", "target", "sample_weight")


@dataclass(frozen=True)
class DeclaredBinding:
    """A binding as a data block gives it; without columns where these are wrong."""

    name: str
    role: Role
    columns: tuple[str, ...]
    through: bool
    span: Span


@dataclass
class DeclaredData:
    """A data block of a file; no settings where these are wrong."""

    name: str
    span: Span
    settings: DataSettings | None = None
    bindings: list[DeclaredBinding] = field(default_factory=list[DeclaredBinding])
    transforms: list[Bound] = field(default_factory=list[Bound])
    origins: Origins = field(default_factory=Origins)
    faulty: bool = False

    def source_span(self) -> Span | None:
        """Where the source is named."""
        found = self.origins.find("data", "source")
        return found.span if found else self.span


def check_data(block: tree.Block, binder: Binder) -> DeclaredData:
    """Check a data block by itself; problems go to the binder's report."""
    data = DeclaredData(block.name.text if block.name else "", head(block))
    report = binder.report
    before = len(report.problems)
    settings: list[tree.Setting] = []
    bindings: list[tree.Setting] = []
    transforms: list[tree.Call] = []
    for statement in block.body:
        setting, call = as_setting(statement), statement_call(statement)
        if is_allow(statement):
            continue
        if setting is not None and _role(setting) is not None:
            bindings.append(setting)
        elif setting is not None and _means_binding(setting, report):
            continue
        elif setting is not None and setting.kind is None:
            settings.append(setting)
        elif call is not None:
            transforms.append(call)
        else:
            expected = "a setting, a binding (input, target) or a transform"
            misplaced(statement, "a data block", expected, report)
    _settings(settings, data, binder)
    _bindings(bindings, data, report)
    _transforms(transforms, data, binder)
    if data.settings is not None:
        steps = [bound.construct for bound in data.transforms]
        check_rows(data.settings.source, data.transforms, report)
        check_parts(data.settings, steps, data.origins, report)
    if has_gap(block.body):
        data.settings = None
    data.faulty = len(report.problems) > before
    return data


def _means_binding(setting: tree.Setting, report: Report) -> bool:
    """Report ``target = …`` and ``output label = …``, which are meant as targets."""
    word, key = (setting.kind or setting.key).text, setting.key.text
    named = setting.kind is not None
    if word not in (("output", "label", "labels") if named else ("input", "target")):
        return False
    value = setting.value.span
    text = value.source.text[value.start : value.end]
    if named:
        message, fix = (
            f"{word} does not belong in a data block",
            f"target {key} = {text}",
        )
    else:
        name = "output" if word == "target" else "x"
        message, fix = f"the {word} has no name", f"{word} {name} = {text}"
    report.error(
        "misplaced-statement",
        message,
        (setting.kind or setting.key).span,
        expected=f"{'target' if named else word} NAME = FIELDS",
        suggestion=fix,
        fix=(Edit(setting.span, fix),),
    )
    return True


def _role(setting: tree.Setting) -> Role | None:
    word = (setting.kind or setting.key).text
    if word in ROLES and (setting.kind is not None or word == "sample_weight"):
        return word
    return None


def _settings(settings: list[tree.Setting], data: DeclaredData, binder: Binder) -> None:
    bound = binder.bind(DataSettings, settings_call(settings, data.span))
    if bound is not None:
        data.settings = bound.construct
        record(data.origins, "data", bound)
        data.origins.put("data", "", data.span)


def _bindings(settings: list[tree.Setting], data: DeclaredData, report: Report) -> None:
    source = data.settings.source if data.settings else None
    taken: dict[str, Span] = {}
    for setting in settings:
        name, span = setting.key.text, setting.span
        role = _role(setting)
        if name.lower() in taken:
            note = Note("the other one is here", taken[name.lower()])
            message = f"the binding {name} is declared twice"
            report.error("duplicate-name", message, setting.key.span, notes=(note,))
            continue
        if name == "ids":
            message = "ids is the name of the row numbers in a batch"
            report.error("reserved-name", message, setting.key.span)
        taken[name.lower()] = setting.key.span
        names, through = read_columns(setting.value, source, report) or ((), False)
        if role is not None:
            data.bindings.append(DeclaredBinding(name, role, names, through, span))
    weights = [item for item in data.bindings if item.role == "sample_weight"]
    for extra in weights[1:]:
        message = "a data block has one sample_weight"
        report.error("duplicate-name", message, extra.span)


def _transforms(calls: list[tree.Call], data: DeclaredData, binder: Binder) -> None:
    chooses = True
    for call in calls:
        kind = catalog().family("transform").get(call.name.text)
        if kind is None:
            binder.unknown_call(call, "transform")
            continue
        bound = binder.bind(kind, call)
        if bound is None:
            continue
        transform: Transform = bound.construct
        if transform.chooses_rows and not chooses:
            binder.report.error(
                "misplaced-statement",
                f"{transform.keyword} chooses rows, and a step above changes values",
                call.span,
                expected="steps that choose rows before those that change values",
            )
        chooses = chooses and transform.chooses_rows
        data.transforms.append(bound)
