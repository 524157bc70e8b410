"""`specc fmt`: the one style of spec files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .endings import unreadable
from .exits import Exit, Stop, leave, tell
from .options import specs
from .outputs import writing

if TYPE_CHECKING:
    from ..diagnostics import Source

__all__ = ["command"]


@click.command("fmt", short_help="Put specs in the one style.")
@click.argument("files", metavar="FILE|DIR...", nargs=-1, required=True)
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 if a file would change."
)
@click.option("--diff", is_flag=True, help="Like --check, and show what would change.")
def command(files: tuple[str, ...], check: bool, diff: bool) -> None:
    """Put specs in the one style, in place. `-` reads standard input and prints. A folder
    stands for the .nnspec files in it.
    """
    status = Exit.FINE
    for path in [path for file in files for path in specs(file)]:
        status = max(status, _format(path, check or diff, diff))
    leave(status)


def _format(file: str, check: bool, diff: bool) -> Exit:
    from ..pipeline import UnreadableError
    from ..syntax.format import FormatError, format_source
    from .opening import show

    try:
        source = _read(file)
        formatted = format_source(source)
    except FormatError as error:
        show(error.problems)
        return Exit.FINDINGS
    except UnreadableError as error:
        show([error.problem])
        return unreadable(error)
    changed = formatted != source.text
    if diff and changed:
        click.echo(_diff(source, formatted), nl=False)
    if check:
        if changed:
            tell(f"would change {source.name}")
        return Exit.FINDINGS if changed else Exit.FINE
    _write(file, formatted, changed)
    return Exit.FINE


def _read(file: str) -> Source:
    from ..pipeline import decoded, read

    if file != "-":
        return read(file)
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison]
        raise Stop("standard input is closed", Exit.USAGE)
    return decoded("<stdin>", sys.stdin.buffer.read())


def _write(file: str, text: str, changed: bool) -> None:
    if file == "-":
        click.echo(text, nl=False)
    elif changed:
        with writing(file):
            Path(file).write_text(text, encoding="utf-8", newline="")
        tell(f"formatted {file}")


def _diff(source: Source, formatted: str) -> str:
    from difflib import unified_diff

    return "".join(
        unified_diff(
            source.text.splitlines(keepends=True),
            formatted.splitlines(keepends=True),
            source.name,
            f"{source.name} (formatted)",
        )
    )
