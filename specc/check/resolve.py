"""From the tree of a file to its programs: declarations checked one by one, and joined."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from ..diagnostics.model import Level, failed
from ..ir import Program, Reused
from ..syntax import tree
from .assertions import figures_of, hold
from .bind import Binder
from .blocks import DeclaredUnit, declare_units
from .checked import CheckedProgram, Settings
from .data import DeclaredData, check_data
from .declarations import Declarations, declarations
from .defaults import read_defaults
from .expressions import Params
from .limits import check_axes, check_memory
from .lint import Subject, lint
from .lint.fixes import removed_line
from .model import DeclaredModel
from .models import Models
from .params import Override, declare_params
from .program import join
from .report import Report, one_of
from .reuse import RunReader
from .statements import head
from .training import check_training

__all__ = ["Resolved", "resolve"]

_Declared = TypeVar("_Declared")
_WORD = re.compile(r"\w+")


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
    _lint(resolved, run, report)
    faulty = failed(report.problems)
    words = _words(file, report) if faulty else Counter[str]()
    _unused_data(found, file, words, report)
    if not found.models:  # blocks and params for specs that import them
        return resolved
    _unused_params(found.params, params, file, words, report)
    _unused_units(units, file, words, report)
    if not faulty:
        _unused_defaults(found.defaults[file.span.source.name], models, units, report)
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

    for item in (*resolved.models, *resolved.trainings):
        made = item.program
        subject = Subject(made.network, item.origins, made.data, made.training, trained)
        report.problems += lint(subject)


def _words(file: tree.File, report: Report) -> Counter[str]:
    """How often each word stands in a faulty text, and in what was said of it.

    What is wrong may be where a name would have been read: only names that stand
    nowhere else are then unused for certain.
    """
    said = (f"{p.message} {p.suggestion or ''}" for p in report.problems)
    return Counter(_WORD.findall(" ".join([file.span.source.text, *said])))


def _unused_params(
    declared: Iterable[tree.InputDecl],
    params: Params,
    file: tree.File,
    words: Mapping[str, int],
    report: Report,
) -> None:
    for decl in declared:
        param = params.table.get(decl.name.text)
        own = decl.span.source is file.span.source
        if param and not param.used and own and words[param.name] < 2:
            message = f"the param {param.name} is not used"
            fix, span = removed_line(decl.span), decl.name.span
            report.error("unused-param", message, span, level=Level.WARNING, fix=fix)


def _unused_data(
    found: Declarations, file: tree.File, words: Mapping[str, int], report: Report
) -> None:
    """Warn of data that nothing is trained on, where anything is trained."""
    pairs = [block.bindings for block in found.trainings.values()]
    used = {pair.data.text for pair in pairs if pair is not None}
    for name, block in found.data.items():
        own = block.span.source is file.span.source
        if pairs and name not in used and own and words[name] < 2:
            message, fix = f"nothing is trained on {name}", removed_line(block.span)
            report.error(
                "unused-data", message, head(block), level=Level.WARNING, fix=fix
            )


def _unused_units(
    units: Mapping[str, DeclaredUnit],
    file: tree.File,
    words: Mapping[str, int],
    report: Report,
) -> None:
    """Warn of blocks of a file that nothing uses, and of parameters they do not use."""
    for name, declared in units.items():
        own = declared.unit.span.source is file.span.source
        if declared.unit.kind != "block" or not own:
            continue
        if not declared.used and words[name] > 1:
            continue
        if not declared.used:
            message = f"the block {name} is not used"
            span, fix = declared.unit.span, removed_line(declared.unit.whole)
            report.error("unused-block", message, span, level=Level.WARNING, fix=fix)
            continue
        for word, span in declared.places.items():
            if word not in declared.read and words[word] < 2:
                message = f"the parameter {word} of {name} is not used"
                report.error("unused-param", message, span, level=Level.WARNING)


def _unused_defaults(
    defaults: Iterable[tree.Block],
    models: Mapping[str, DeclaredModel],
    units: Mapping[str, DeclaredUnit],
    report: Report,
) -> None:
    """Warn of defaults for layers that no model has which they are for."""
    touched = {span for model in models.values() for span in model.touched}
    todo: list[tree.Statement] = [*defaults]
    for name, declared in units.items():
        if declared.used or name in models:
            todo += declared.unit.body
    while todo:
        block = todo.pop()
        if not isinstance(block, tree.Block):
            continue
        if block.kind.text != "defaults":
            todo += [*block.body, *(block.otherwise or ())]
        elif block.name is not None and block.span not in touched:
            message = f"there is no {block.name.text} that these defaults are for"
            fix, span = removed_line(block.span), head(block)
            report.error("unused-defaults", message, span, level=Level.WARNING, fix=fix)
