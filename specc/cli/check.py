"""`specc check`: parse, resolve, type- and shape-check, lint."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .endings import unreadable
from .exits import Exit, leave, tell
from .options import format_option, set_option, specs

if TYPE_CHECKING:
    from ..diagnostics import Problem

__all__ = ["command"]


@click.command("check", short_help="Report every problem of specs at its place.")
@click.argument("files", metavar="FILE|DIR...", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Count warnings as errors.")
@format_option(
    "Text goes to standard error, the others to standard output.", "github", "sarif"
)
@click.option(
    "--fix",
    is_flag=True,
    help="Mend what warnings are about where that is mechanical, and say what is left.",
)
@set_option
def command(
    files: tuple[str, ...], strict: bool, form: str, fix: bool, params: dict[str, str]
) -> None:
    """Check specs and report every problem at its place. A folder stands for the
    .nnspec files in it.

    Exit status 1 if there is an error. No framework is imported and no data is read.
    """
    status = Exit.FINE
    problems: list[Problem] = []
    paths = [path for file in files for path in specs(file)]
    for file in paths:
        if fix:
            _mend(file, params)
        found, ended = _check(file, params, strict)
        problems += found
        status = max(status, ended)
    _report(problems, form, len(paths))
    leave(status)


def _check(
    file: str, params: dict[str, str], strict: bool
) -> tuple[tuple[Problem, ...], Exit]:
    from ..diagnostics import failed
    from ..pipeline import UnreadableError
    from .opening import open_spec

    try:
        problems = open_spec(file, params, strict=strict).check()
    except UnreadableError as error:
        return (error.problem,), unreadable(error)
    return problems, Exit.FINDINGS if failed(problems) else Exit.FINE


def _mend(file: str, params: dict[str, str]) -> None:
    """Write the spec with the corrections of its warnings, and say which they were."""
    from ..diagnostics import failed
    from ..mending import mend
    from ..pipeline import UnreadableError
    from .opening import open_spec
    from .outputs import writing

    try:
        spec = open_spec(file, params)
    except UnreadableError:
        return  # which the check says
    found = mend(spec.source, spec.settings)
    if failed(found.left):
        tell(f"{file}: nothing is mended where there are errors")
    if found.mended:
        with writing(file):
            Path(file).write_text(found.source.text, encoding="utf-8", newline="")
        for problem in found.mended:
            tell(f"mended {problem}")


def _report(problems: list[Problem], form: str, files: int) -> None:
    from .opening import show

    if form != "text":
        from ..diagnostics import render

        click.echo(render.FORMATS[form](problems))
        return
    show(problems)
    click.echo(_tally(problems, files), err=True)


def _tally(problems: list[Problem], files: int) -> str:
    """``2 files: 1 error, 3 warnings``."""
    from .opening import tally

    found = tally(problems) or "no problems"
    return f"{files} file{'' if files == 1 else 's'}: {found}"
