"""`specc prepare`: the prepared arrays, for an emitted program that is run on its own."""

from __future__ import annotations

from pathlib import Path

import click

from .options import file_argument, name_argument, set_option
from .outputs import keep_apart, path_text, read_by, writing

__all__ = ["command"]


@click.command("prepare", short_help="Write the arrays that a program takes.")
@file_argument
@name_argument
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    required=True,
    help="The .npz file to write.",
)
@set_option
def command(file: str, name: str | None, out: Path, params: dict[str, str]) -> None:
    """Read, split and scale the data of a training and write the arrays.

    A program that `specc compile` wrote takes the file: python program.py OUT.npz
    `specc predict` does not: it scales what it is given itself.
    """
    from ..data import write_npz
    from .opening import mention_warnings, open_spec, show

    spec = open_spec(file, params)
    keep_apart(out, read_by(spec))
    mention_warnings(spec)
    prepared = spec.prepare(name)
    show(prepared.warnings)
    with writing(out):
        write_npz(prepared, out)
    for part, rows in prepared.rows.items():
        click.echo(f"{part:12}{len(rows):8,} examples", err=True)
    click.echo(path_text(out))
