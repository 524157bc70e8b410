"""Reading the spec that a command names, and showing problems."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

from .options import MEMORY

if TYPE_CHECKING:
    from ..api import Spec
    from ..diagnostics import Problem

__all__ = ["open_spec", "show", "show_warnings"]


def open_spec(
    file: str,
    params: Mapping[str, str] | None = None,
    training: Mapping[str, str] | None = None,
    *,
    strict: bool = False,
) -> Spec:
    """Read the spec of a file, within the memory budget that the command was given."""
    from ..api import load

    memory: int | None = click.get_current_context().meta.get(MEMORY)
    return load(file, params, training=training, strict=strict, memory=memory)


def show(problems: Iterable[Problem]) -> None:
    """Print problems to standard error, coloured where that is a terminal."""
    problems = tuple(problems)
    if not problems:  # nothing is loaded that only shows problems
        return
    from ..diagnostics.render import render_text

    text = render_text(
        problems, color=sys.stderr.isatty() and "NO_COLOR" not in os.environ
    )
    if text:
        click.echo(text, err=True)


def show_warnings(spec: Spec) -> None:
    """Print what the check found, if none of it is an error."""
    if not spec.checked.failed:
        show(spec.check())
