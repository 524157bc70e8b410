"""Reading the spec that a command names, and showing problems."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from .exits import tell
from .options import MEMORY

if TYPE_CHECKING:
    from ..api import Spec
    from ..diagnostics import Problem

__all__ = ["mention_warnings", "open_spec", "show", "tally"]


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


def tally(problems: Iterable[Problem]) -> str:
    """``1 error, 3 warnings``; empty if there are none."""
    found = [str(problem.level) for problem in problems]
    counts = {level: found.count(level) for level in ("error", "warning", "note")}
    return ", ".join(
        f"{count} {level}{'' if count == 1 else 's'}"
        for level, count in counts.items()
        if count
    )


def mention_warnings(spec: Spec) -> None:
    """Say in a line what the check found, if none of it is an error, and who tells it.

    What is found only because the command line gave settings or params is told in full.
    """
    if not spec.checked.problems or spec.checked.failed:
        return
    known = spec.check()
    if spec.settings.params or spec.settings.training:
        plain = replace(spec, settings=replace(spec.settings, params={}, training={}))
        known = tuple(problem for problem in known if problem in plain.check())
        show(problem for problem in spec.check() if problem not in known)
    if known:
        tell(f"{tally(known)}: specc check {spec.source.name}")
