"""Arguments and options that several verbs share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

__all__ = [
    "backend_option",
    "device_option",
    "file_argument",
    "name_argument",
    "run_argument",
    "run_folder",
    "set_option",
    "threads_option",
    "which_option",
]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

file_argument: Decorator = click.argument("file", metavar="FILE")
name_argument: Decorator = click.argument("name", metavar="[NAME]", required=False)


class _Folder(click.Path):
    """A path that is not empty, as that of a shell's unset variable is."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        if not str(value):
            self.fail("the name of the run folder is empty", param, ctx)
        return super().convert(value, param, ctx)


run_folder = _Folder(path_type=Path)
run_argument: Decorator = click.argument("run", metavar="RUN", type=run_folder)
device_option: Decorator = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
)
threads_option: Decorator = click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="How many the framework may use. [default: 1 for a small model, else all processors]",
)
which_option: Decorator = click.option(
    "--which",
    type=click.Choice(["last", "best"]),
    default="last",
    show_default=True,
    help="The weights that training ended with, or those of the best epoch.",
)


def _pairs(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for value in values:
        name, sign, text = value.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f"{value!r} is not of the form name=value")
        if name.strip() in pairs:
            raise click.BadParameter(f"{name.strip()} is given twice")
        pairs[name.strip()] = text.strip()
    return pairs


set_option: Decorator = click.option(
    "--set",
    "params",
    metavar="NAME=VALUE",
    multiple=True,
    callback=_pairs,
    help="Give a param of the spec another value (repeatable).",
)


def backend_option(*, required: bool = True) -> Decorator:
    """`--backend NAME`; which names exist is known when the verb runs."""
    return click.option(
        "--backend",
        "-b",
        metavar="NAME",
        required=required,
        help="The backend: torch, keras, reference or another that is installed.",
    )
