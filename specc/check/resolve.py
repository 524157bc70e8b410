"""From the tree of a file to its programs: declarations checked one by one, and joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from ..diagnostics.model import Level, failed
from ..ir import Program
from ..syntax import tree
from .bind import Binder
from .checked import CheckedProgram, Settings
from .data import DeclaredData, check_data
from .declarations import Declarations, declarations
from .defaults import Defaults, read_defaults
from .expressions import Params
from .limits import check_axes, check_memory
from .lint import Subject, lint
from .model import DeclaredModel, check_model
from .params import Override, declare_params
from .program import join
from .report import Report, one_of
from .statements import head
from .training import check_training

__all__ = ["Resolved", "resolve"]

_Declared = TypeVar("_Declared")


@dataclass
class Resolved:
    """The programs of a file: every training, and every model alone."""

    trainings: list[CheckedProgram] = field(default_factory=list[CheckedProgram])
    models: list[CheckedProgram] = field(default_factory=list[CheckedProgram])


def resolve(file: tree.File, settings: Settings, report: Report) -> Resolved:
    """Check all declarations of a file; the report takes what is wrong or doubtful."""
    found = declarations(file, report)
    params = Params(work=settings.budget.work)
    declare_params(found.params, settings.params, params, report)
    binder = Binder(report, params)
    defaults = read_defaults(found.defaults, binder)
    models = _models(found, defaults, settings, binder)
    data = {name: check_data(block, binder) for name, block in found.data.items()}
    resolved = Resolved()
    _add_models(models, settings, report, resolved)
    left = settings.budget.nodes
    for name, block in found.trainings.items():
        model = _model(block, models, report)
        if model is not None and model.network is not None:
            left -= len(model.network.calls)
        if left < 0:
            message = "the trainings of this file have too many layers in all"
            report.error("too-much-work", message, head(block))
            break
        program = _program(name, block, model, data, settings, binder)
        if program is not None:
            resolved.trainings.append(program)
    _lint(resolved, params, report)
    if not failed(report.problems):
        _unused_defaults(found, models, report)
    return resolved


def _program(
    name: str,
    block: tree.Block,
    model: DeclaredModel | None,
    table: Mapping[str, DeclaredData],
    settings: Settings,
    binder: Binder,
) -> CheckedProgram | None:
    """The program of a train block; None where anything that it is made of is wrong."""
    assert block.bindings is not None
    report = binder.report
    before = len(report.problems)
    data = _look_up(block.bindings.data, "data", table, report)
    replacements = {
        key: Override(key, text, f"--{key}") for key, text in settings.training.items()
    }
    network = model.network if model else None
    training = check_training(block, name, network, replacements, binder)
    if model is None or data is None:
        return None
    built = join(training, model, data, report)
    if built is None or data.faulty or failed(report.problems[before:]):
        return None
    program, origins = built
    fits = check_memory(
        program.network,
        program.training,
        origins,
        training.span,
        settings.budget.memory,
        report,
    )
    if not fits:
        return None
    return CheckedProgram(name, "training", program, origins, training.span)


def _model(
    block: tree.Block, models: Mapping[str, DeclaredModel], report: Report
) -> DeclaredModel | None:
    """The model that a train block names."""
    assert block.bindings is not None
    return _look_up(block.bindings.model, "model", models, report)


def _models(
    found: Declarations, defaults: Defaults, settings: Settings, binder: Binder
) -> dict[str, DeclaredModel]:
    left = settings.budget.nodes
    models: dict[str, DeclaredModel] = {}
    for name, block in found.models.items():
        models[name] = check_model(block, binder, defaults, left)
        network = models[name].network
        left -= len(network.calls) if network else 0
    return models


def _add_models(
    models: Mapping[str, DeclaredModel],
    settings: Settings,
    report: Report,
    resolved: Resolved,
) -> None:
    """Hold models against the limits; one that breaks them is trained by nothing."""
    for name, model in models.items():
        network = model.network
        if network is None:
            continue
        fits = check_axes(network, model.origins, report) and check_memory(
            network, None, model.origins, model.span, settings.budget.memory, report
        )
        if not fits:
            model.network = None
            continue
        resolved.models.append(
            CheckedProgram(
                name, "model", Program(network=network), model.origins, model.span
            )
        )


def _look_up(
    word: tree.Word,
    kind: Literal["model", "data"],
    table: Mapping[str, _Declared],
    report: Report,
) -> _Declared | None:
    found = table.get(word.text)
    if found is None:
        report.error(
            f"unknown-{kind}",
            f"there is no {kind} block called {word.text}",
            word.span,
            expected=one_of(table) if table else f"a {kind} block",
            suggestion=report.near(word.text, table),
        )
    return found


def _lint(resolved: Resolved, params: Params, report: Report) -> None:
    """Look for what is doubtful in what has no errors."""
    for item in (*resolved.models, *resolved.trainings):
        program = item.program
        subject = Subject(program.network, item.origins, program.data, program.training)
        report.problems += lint(subject)
    if failed(report.problems):
        return
    for param in params.table.values():
        if not param.used:
            message = f"the param {param.name} is not used"
            report.error("unused-param", message, param.span, level=Level.WARNING)


def _unused_defaults(
    found: Declarations, models: Mapping[str, DeclaredModel], report: Report
) -> None:
    """Warn of defaults for layers that no model has which they are for."""
    used = {
        name: {node.layer.keyword for node in model.network.layers}
        for name, model in models.items()
        if model.network is not None
    }
    blocks = [(block, set[str]().union(*used.values())) for block in found.defaults]
    for name, model in found.models.items():
        for statement in model.body:
            if isinstance(statement, tree.Block) and statement.kind.text == "defaults":
                blocks.append((statement, used[name]))
    for block, keywords in blocks:
        if block.name is not None and block.name.text not in keywords:
            message = f"there is no {block.name.text} that these defaults are for"
            report.error("unused-defaults", message, head(block), level=Level.WARNING)
