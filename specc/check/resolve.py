"""From the tree of a file to its programs: declarations checked one by one, and joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from ..diagnostics.model import Level, failed
from ..ir import Program, Reused
from ..syntax import tree
from .assertions import figures_of, hold
from .bind import Binder
from .blocks import declare_units
from .checked import CheckedProgram, Settings
from .data import DeclaredData, check_data
from .declarations import declarations
from .defaults import read_defaults
from .idle import check_idle
from .limits import check_axes, check_memory
from .lint import Subject, lint
from .model import DeclaredModel
from .models import Models
from .params import Override, declare_params
from .program import join
from .report import Report, one_of
from .reuse import RunReader
from .statements import head
from .training import check_training
from .unused import check_unused
from .values import Params

__all__ = ["Resolved", "resolve"]

_Declared = TypeVar("_Declared")


@dataclass
class Resolved:
    """The programs of a file: every training, and every model alone."""

    trainings: list[CheckedProgram] = field(default_factory=list[CheckedProgram])
    models: list[CheckedProgram] = field(default_factory=list[CheckedProgram])


def resolve(
    files: list[tree.File], settings: Settings, report: Report, run: RunReader
) -> Resolved:
    """Check all declarations of a spec; the report takes what is wrong or doubtful.

    Args:
        files: the spec, and what it imports.
        settings: how the check is carried out.
        report: takes the problems.
        run: the program of the run in a folder.
    """
    found, file = declarations(files, report), files[0]
    declared = [s for s in file.statements if not isinstance(s, tree.Version)]
    if not declared and not failed(report.problems):
        message = "the file declares nothing"
        fix = "specc init writes a first spec"
        report.error("empty-file", message, file.span, suggestion=fix, level=Level.NOTE)
    params = Params(work=settings.budget.work)
    declare_params(found.params, settings.params, params, report)
    binder = Binder(report, params)
    defaults = {
        name: read_defaults(blocks, binder) for name, blocks in found.defaults.items()
    }
    units = declare_units(found.blocks, found.models, defaults, binder)
    # A block may have the name of a model, which is reported.
    names = (n for n in found.models if n in units and units[n].unit.kind == "model")
    nodes = settings.budget.nodes
    models = Models(units, names, found.trainings, run, nodes, binder).all()
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
    for block in found.headless:
        check_training(block, "", None, {}, binder)
    if settings.lints:
        _lint(resolved, run, report)
    check_idle(file, found, units, settings.budget, run, binder)
    check_unused(files, found, params, units, models, report)
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
    if training.demands:
        figures = figures_of(program)
        hold(training.demands, program.network, figures, binder.params, report)
    if not fits or failed(report.problems[before:]):
        return None
    return CheckedProgram(name, "training", program, origins, training.span)


def _model(
    block: tree.Block, models: Mapping[str, DeclaredModel], report: Report
) -> DeclaredModel | None:
    """The model that a train block names."""
    assert block.bindings is not None
    return _look_up(block.bindings.model, "model", models, report)


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


def _lint(resolved: Resolved, run: RunReader, report: Report) -> None:
    """Look for what is doubtful in what has no errors."""
    trainings = {item.name: item.program for item in resolved.trainings}

    def trained(part: Reused) -> Program | None:
        return trainings.get(part.training) if part.run is None else run(part.run)

    # What is doubtful in a model is doubtful where it is trained.
    models = {item.program.network.name for item in resolved.trainings}
    alone = (item for item in resolved.models if item.name not in models)
    for item in (*alone, *resolved.trainings):
        made = item.program
        subject = Subject(made.network, item.origins, made.data, made.training, trained)
        report.problems += lint(subject)
