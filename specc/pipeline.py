"""The whole compiler, top to bottom.

    text --read--> Source --parse--> tree --check--> programs --plan--> Plan --emit--> text

A stage raises nothing for a user's mistake: it returns what it found together with its
problems, so that one run reports them all. Loading, training and verifying start from
the emitted text and live elsewhere (`specc.live`, `specc.run`, `specc.verify`).
"""

from __future__ import annotations

import os
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path

from .backend import Backend, Emission, Obstacle, Plan
from .check.allow import find_allowances
from .check.checked import Budget, Checked, CheckedProgram, Settings
from .check.finish import finish
from .check.gaps import gaps_of
from .check.graph import is_whole
from .check.misnamed import misnamed
from .check.report import Report
from .check.resolve import resolve
from .check.reuse import RunReader
from .diagnostics.fault import Fault
from .diagnostics.model import Note, Problem, Source, Span, failed
from .diagnostics.suggest import nearest
from .imports import Read, gather
from .ir import Program, load
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


#: Bytes of the program of a run, at most.
LARGEST_PROGRAM = 64 << 20
#: A line that begins as lines of Python do and no line of a spec does.
_PYTHON = re.compile(
    r'^(?:import [A-Za-z_]|from [\w.]+ import |def \w+\(|class \w+.*:|""")',
    re.MULTILINE,
)


class UnreadableError(Exception):
    """A source text cannot be read; `problem` says why, with a place where it has one."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


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


def read(path: str | Path, budget: Budget | None = None) -> Source:
    """The text of a file, under the path as it was given.

    Raises:
        UnreadableError: there is no such file, it is too long, or it is not UTF-8.
    """
    limit = (budget or Budget()).source_bytes
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        message = f"{name} cannot be read: {why}"
        raise UnreadableError(Problem("unreadable", message, None)) from None
    source = decoded(name, data, limit)
    if is_python(source):
        raise UnreadableError(_python(source))
    return source


def decoded(name: str, data: bytes, limit: int = Budget.source_bytes) -> Source:
    """The bytes of a spec as a text of that name.

    Raises:
        UnreadableError: they are more than `limit`, or not UTF-8.
    """
    if len(data) > limit:
        raise UnreadableError(_too_long(name, limit))
    try:
        return Source(name, data.removeprefix(BOM_UTF8).decode())
    except UnicodeDecodeError as error:
        raise UnreadableError(_not_text(name, error)) from None


def is_python(source: Source) -> bool:
    """Whether a text is a Python program, by its name or by what stands in it."""
    if source.name.endswith(".py"):
        return True
    if not _PYTHON.search(source.text):
        return False
    import ast

    try:
        ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _python(source: Source) -> Problem:
    """Its first line, and where specs are."""
    line = source.text.partition("\n")[0]
    span = Span(source, 0, len(line), 1, 1, 1, len(line) + 1)
    message = f"{source.name} is a Python program, not a spec"
    return Problem("unreadable", message, span, expected="a spec, as in first.nnspec")


def _too_long(name: str, limit: int) -> Problem:
    message = f"{name} is longer than {limit} bytes"
    return Problem("too-much-work", message, None)


def _not_text(name: str, error: UnicodeDecodeError) -> Problem:
    """The first byte that is no UTF-8, at its place in the text."""
    data, offset = error.object, error.start
    source = Source(name, data.decode(errors="replace"))
    before = data[:offset].decode()
    start, line = len(before), before.count("\n") + 1
    column = start - (before.rfind("\n") + 1) + 1
    span = Span(source, start, start + 1, line, column, line, column + 1)
    message = f"byte {data[offset]:#04x} is not UTF-8 text"
    return Problem("unreadable", message, span, expected="a file in UTF-8")


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
        return Checked(source, None, (), (), (_too_long(source.name, limit),))
    with uncollected():
        return _check(source, settings, parsed or read_source(source))


def _check(source: Source, settings: Settings, parsed: Parsed) -> Checked:
    file, problems = parsed.file, parsed.problems
    if file is None:
        return Checked(source, None, (), (), finish(problems, [], settings.strict))
    report = Report()
    report.problems += problems
    found = gather(file, _imported(settings.budget), settings.budget.source_bytes)
    report.problems += found.problems
    if report.problems:
        report.gaps = gaps_of(found.files, found.complete)
    resolved = resolve(found.files, settings, report, _runs(Path(source.name).parent))
    scopes = [find_allowances(file, report) for file in found.files]
    return Checked(
        source,
        None if failed(problems) else file,
        tuple(resolved.trainings),
        tuple(resolved.models),
        finish(misnamed(report.problems, found.files), scopes, settings.strict),
        tuple(item.span.source for item in found.files[1:]),
    )


def _imported(budget: Budget) -> Read:
    """How the text of an imported file is had."""

    def get(path: Path) -> Source:
        plain = os.path.isfile(path) or os.path.isdir(path)
        if os.path.exists(path) and not plain:  # a pipe may never end
            raise Fault(Problem("unreadable", f"{path} is no file", None), status=3)
        try:
            return read(path, budget)
        except UnreadableError as error:
            raise Fault(error.problem, status=3) from None

    return get


def _runs(base: Path) -> RunReader:
    """How the program of a run is had; its folder is relative to that of the spec."""

    def get(folder: str) -> Program:
        path = base / folder / "ir.json"
        try:
            if not os.path.isfile(path):
                raise FileNotFoundError
            with path.open("rb") as file:
                text = file.read(LARGEST_PROGRAM + 1)
        except (OSError, ValueError):
            there = os.path.exists(base / folder)
            what = "is not the folder of a run" if there else "does not exist"
            raise Fault(
                Problem(
                    "run-unreadable",
                    f"{folder or 'an empty path'} {what}",
                    None,
                    expected="a run folder, by its path from the folder of this spec",
                ),
                status=3,
            ) from None
        if len(text) > LARGEST_PROGRAM:
            raise Fault(Problem("run-unreadable", f"{path} is no program", None))
        program = load(text.decode(errors="replace"), str(path))
        if program.training is None:
            why = f"{path} is a model alone, without a training"
            raise Fault(Problem("run-unreadable", why, None))
        if not is_whole(program.network):
            why = f"{path} is damaged: its layers do not fit together"
            raise Fault(Problem("run-unreadable", why, None))
        return program

    return get


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
