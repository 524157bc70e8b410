"""The texts of specs and of what they import, and the programs of runs, from files."""

from __future__ import annotations

import os
import re
from codecs import BOM_UTF8
from pathlib import Path

from .check.checked import Budget
from .check.graph import is_whole
from .check.reuse import RunReader
from .diagnostics.fault import Fault
from .diagnostics.model import Problem, Source, Span
from .imports import Read
from .ir import Program, load

__all__ = [
    "UnreadableError",
    "decoded",
    "imported_reader",
    "is_python",
    "read",
    "run_reader",
    "too_long",
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


def read(path: str | Path, budget: Budget | None = None) -> Source:
    """The text of a file, under the path as it was given.

    Raises:
        UnreadableError: there is no such file, it is too long, or it is not UTF-8.
    """
    limit = (budget or Budget()).source_bytes
    name = str(path)
    if not name:  # as a shell's unset variable is
        raise UnreadableError(
            Problem("unreadable", "the name of the spec is empty", None)
        )
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
        raise UnreadableError(too_long(name, limit))
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


def too_long(name: str, limit: int) -> Problem:
    """The problem of a text with more bytes than it may have."""
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


def imported_reader(budget: Budget) -> Read:
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


def run_reader(base: Path) -> RunReader:
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
