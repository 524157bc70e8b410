"""`specc evaluate`: loss and metrics of a trained model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import (
    device_option,
    format_option,
    run_argument,
    threads_option,
    which_option,
)

if TYPE_CHECKING:
    from ..run import Evaluation

__all__ = ["command"]


@click.command("evaluate", short_help="Compute loss and metrics of a run.")
@run_argument
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test"]),
    multiple=True,
    help="A part of the data (repeatable). [default: all that there are]",
)
@which_option
@click.option("--backend", "-b", metavar="NAME", help="[default: that of the run]")
@device_option
@threads_option
@format_option()
def command(
    run: Path,
    split: tuple[str, ...],
    which: str,
    backend: str | None,
    device: str,
    threads: int | None,
    form: str,
) -> None:
    """Compute loss and metrics of the run in RUN, without dropout, penalties included.

    All parts are computed alike, so that those of training and validation can be
    compared. Where standardize or rescale changed a target, the figures are those of the
    changed values, as in the history; `specc predict` gives the data's units.
    """
    from ..run import evaluate, load_run, open_run
    from .opening import show
    from .quiet import Quiet

    folder = open_run(run)
    parts = split or tuple(folder.record()["data"]["examples"])
    with Quiet():
        loaded = load_run(
            folder, which=which, backend_name=backend, device=device, threads=threads
        )
    found = [evaluate(loaded, part) for part in parts]
    show(dict.fromkeys(problem for one in found for problem in one.warnings))
    click.echo(_json(found) if form == "json" else _table(found))


def _json(found: list[Evaluation]) -> str:
    return json.dumps(
        {one.split: {"examples": one.examples, **one.figures} for one in found},
        indent=2,
    )


def _table(found: list[Evaluation]) -> str:
    """A line for each part, a column for each figure."""
    names = list(found[0].figures)
    widths = [max(len(name), 10) for name in names]
    head = [f"{name:>{width}}" for name, width in zip(names, widths, strict=True)]
    lines = ["  ".join([f"{'':10}", f"{'examples':>8}", *head])]
    for one in found:
        figures = [
            f"{one.figures[name]:{width}.4f}"
            for name, width in zip(names, widths, strict=True)
        ]
        lines.append("  ".join([f"{one.split:10}", f"{one.examples:8,}", *figures]))
    return "\n".join(lines)
