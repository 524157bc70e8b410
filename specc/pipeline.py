"""The whole compiler, top to bottom.

    text --read--> Source --parse--> tree --check--> programs --plan--> Plan --emit--> text

A stage raises nothing for a user's mistake: it returns what it found together with its
problems, so that one run reports them all. Loading, training and verifying start from
the emitted text and live elsewhere (`specc.live`, `specc.run`, `specc.verify`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .backend import Backend, Emission, Obstacle, Plan
from .check.allow import find_allowances
from .check.checked import Budget, Checked, CheckedProgram, Settings
from .check.finish import finish
from .check.gaps import gaps_of
from .check.misnamed import misnamed
from .check.report import Report
from .check.resolve import resolve
from .diagnostics.model import Note, Problem, Source, failed
from .diagnostics.suggest import nearest
from .imports import gather
from .reading import (
    UnreadableError,
    decoded,
    imported_reader,
    read,
    run_reader,
    too_long,
)
from .syntax.parse import Parsed, read_source, uncollected

__all__ = [
    "Budget",
    "Checked",
    "CheckedProgram",
    "Compiled",
    "SelectionError",
    "Settings",
    "UnreadableError",
    "check_source",
    "compile_program",
    "decoded",
    "plan_program",
    "read",
    "select",
    "select_model",
]


class SelectionError(LookupError):
    """A name selects nothing, or none was given where several could be meant.

    `names` lists what could be selected; the message is fit for a user.
    """

    def __init__(self, message: str, names: tuple[str, ...]) -> None:
        super().__init__(message)
        self.names = names


@dataclass(frozen=True)
class Compiled:
    """What a backend made of a program.

    `emission` is None where the program was only planned, or where a problem of level
    error (rule ``refused``) says why there is none.
    """

    plan: Plan
    emission: Emission | None
    problems: tuple[Problem, ...]

    @property
    def failed(self) -> bool:
        """Whether any problem is an error."""
        return failed(self.problems)


def check_source(
    source: Source, settings: Settings | None = None, parsed: Parsed | None = None
) -> Checked:
    """Parse and check a source text: every training and model in it, every problem.

    Args:
        source: the text.
        settings: how it is checked.
        parsed: what `read_source` made of it, where that is known already.
    """
    settings = settings or Settings()
    limit = settings.budget.source_bytes
    if len(source.text) > limit:
        return Checked(source, None, (), (), (too_long(source.name, limit),))
    with uncollected():
        return _check(source, settings, parsed or read_source(source))


def _check(source: Source, settings: Settings, parsed: Parsed) -> Checked:
    file, problems = parsed.file, parsed.problems
    if file is None:
        return Checked(source, None, (), (), finish(problems, [], settings))
    report = Report()
    report.problems += problems
    found = gather(file, imported_reader(settings.budget), settings.budget.source_bytes)
    report.problems += found.problems
    if report.problems:
        report.gaps = gaps_of(found.files, found.complete, report.problems)
    resolved = resolve(
        found.files, settings, report, run_reader(Path(source.name).parent)
    )
    scopes = [find_allowances(file, report) for file in found.files]
    return Checked(
        source,
        None if failed(problems) else file,
        tuple(resolved.trainings),
        tuple(resolved.models),
        finish(misnamed(report.problems, found.files), scopes, settings),
        tuple(item.span.source for item in found.files[1:]),
    )


def select(checked: Checked, name: str | None = None) -> CheckedProgram:
    """The training called `name`, or the only one.

    A model's name stands for its training where it has just one. In a text without any
    training, models are selected instead.

    Raises:
        SelectionError: nothing is called so, or no name was given and there are several.
    """
    if not checked.programs:
        return _one(checked.models, name, "model")
    if name is not None and all(item.name != name for item in checked.programs):
        trained = _of_model(checked, name)
        if len(trained) == 1:
            return trained[0]
    return _one(checked.programs, name, "training")


def select_model(checked: Checked, name: str | None = None) -> CheckedProgram:
    """The model called `name`, or that of the training of that name, or the only one.

    Raises:
        SelectionError: nothing is called so, or no name was given and there are several.
    """
    models = {item.name: item for item in checked.models}
    if name is not None and name not in models:
        for item in checked.programs:
            if item.name == name and item.program.network.name in models:
                return models[item.program.network.name]
    return _one(checked.models, name, "model")


def _of_model(checked: Checked, name: str) -> list[CheckedProgram]:
    return [item for item in checked.programs if item.program.network.name == name]


def _one(
    items: tuple[CheckedProgram, ...], name: str | None, what: str
) -> CheckedProgram:
    names = tuple(item.name for item in items)
    for item in items:
        if item.name == name or (name is None and len(items) == 1):
            return item
    if not items:
        message = f"there is no {what} in this file"
    elif name is None:
        message = f"this file has several {what}s; name one of {', '.join(names)}"
    else:
        message = f"there is no {what} called {name}; there are {', '.join(names)}"
        near = nearest(name, names)
        message += f" (did you mean {near}?)" if near else ""
    raise SelectionError(message, names)


def plan_program(checked: CheckedProgram, backend: Backend) -> Compiled:
    """What the backend decides before writing; its obstacles as problems."""
    plan: Plan = backend.plan(checked.program)
    problems = tuple(
        _refused(obstacle, checked, backend) for obstacle in plan.obstacles
    )
    return Compiled(plan, None, problems)


def _refused(obstacle: Obstacle, checked: CheckedProgram, backend: Backend) -> Problem:
    """A construct that the backend cannot honour, at the place it was written."""
    origin = checked.origins.find(obstacle.owner, obstacle.field)
    notes: tuple[Note, ...] = ()
    if origin is not None and origin.how.startswith("defaults"):
        notes = (Note(f"{obstacle.field} comes from {origin.how}", origin.span),)
        origin = checked.origins.find(obstacle.owner)
    span = origin.span if origin and origin.span else checked.span
    message = f"{backend.title} cannot compute {obstacle.keyword} exactly"
    return Problem("refused", f"{message}: {obstacle.why}", span, notes=notes)


def compile_program(checked: CheckedProgram, backend: Backend) -> Compiled:
    """The emitted program, or the problems why the backend refuses it."""
    planned = plan_program(checked, backend)
    if planned.failed:
        return planned
    emission: Emission = backend.emit(planned.plan)
    return Compiled(planned.plan, emission, planned.problems)
