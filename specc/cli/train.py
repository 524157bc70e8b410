"""`specc train`: train on a backend and keep everything in a run folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .exits import Exit, Stop, tell
from .options import (
    backend_option,
    device_option,
    file_argument,
    name_argument,
    reuse_option,
    run_folder,
    set_option,
    threads_option,
)
from .outputs import path_text

if TYPE_CHECKING:
    from ..api import Spec
    from ..diagnostics import Problem
    from ..run import RunResult

__all__ = ["command"]


@click.command("train", short_help="Train on a backend into a run folder.")
@file_argument
@name_argument
@backend_option()
@click.option(
    "--run",
    type=run_folder,
    metavar="DIR",
    help="The run folder. [default: a new one, runs/TRAINING-BACKEND-N]",
)
@click.option("--resume", is_flag=True, help="Go on with the run in --run DIR.")
@click.option("--force", is_flag=True, help="Replace a run that is in --run DIR.")
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    help="Instead of the spec's; those of each phase.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Instead of the spec's.")
@click.option(
    "--precision",
    type=click.Choice(["float32", "float64"]),
    help="Instead of the spec's.",
)
@device_option
@threads_option
@reuse_option
@click.option(
    "--dry-run",
    is_flag=True,
    help="Check, compile and prepare the data; train nothing.",
)
@set_option
def command(
    file: str,
    name: str | None,
    backend: str,
    run: Path | None,
    resume: bool,
    force: bool,
    epochs: int | None,
    seed: int | None,
    precision: str | None,
    device: str,
    threads: int | None,
    reuse: dict[str, str],
    dry_run: bool,
    params: dict[str, str],
) -> None:
    """Train on a backend; every epoch, the weights and the code are kept in DIR.

    What runs is the source that `specc compile` writes. The folder is printed at the
    end. Ctrl-C keeps what was done: --resume goes on from there, on any backend.

    A model that reuses another training begins with the weights of a run of that one,
    which must have been trained before: the newest in runs/ that is of this spec, or
    that of --reuse.
    """
    from .opening import mention_warnings, open_spec

    if resume and run is None:
        raise click.UsageError("--resume needs --run DIR, the run to go on with")
    if resume and force:
        raise click.UsageError("--resume goes on with a run, --force replaces it")
    if resume and reuse:
        raise click.UsageError("--resume goes on with the weights that the run has")
    settings = {"epochs": epochs, "seed": seed, "precision": precision}
    given = {key: str(value) for key, value in settings.items() if value is not None}
    spec = open_spec(file, params, given)
    mention_warnings(spec)
    if dry_run:
        _rehearse(spec, backend, name, reuse)
        return
    result = _train(
        spec,
        backend,
        name,
        run=run,
        resume=resume,
        force=force,
        device=device,
        threads=threads,
        reuse=reuse,
    )
    click.echo(path_text(result.folder.path))


def _train(
    spec: Spec,
    backend: str,
    name: str | None,
    *,
    run: Path | None,
    resume: bool,
    force: bool,
    device: str,
    threads: int | None,
    reuse: dict[str, str],
) -> RunResult:
    from ..run import progress_on
    from .opening import show
    from .quiet import Quiet, QuietStart

    def warn(warnings: Sequence[Problem]) -> None:
        quiet.end()
        show(warnings)

    try:
        with Quiet() as quiet:
            result = spec.train(
                backend,
                name,
                run=run,
                resume=resume,
                force=force,
                device=device,
                threads=threads,
                reuse=reuse,
                progress=QuietStart(quiet, progress_on(sys.stderr)),
                warn=warn,
                command=["specc", *sys.argv[1:]],
            )
    except OSError as error:
        if error.filename is None:
            raise
        why = f"cannot write {error.filename}: {error.strerror}"
        raise Stop(why, Exit.FAILED) from None
    if result.ending:
        tell(result.ending)
    return result


def _rehearse(
    spec: Spec, backend: str, name: str | None, reuse: dict[str, str]
) -> None:
    """Do all that comes before training, and say what would be trained."""
    from .opening import show

    spec.compile(backend, name)
    prepared = spec.prepare(name)
    show([*spec.taken(name, reuse, backend).problems, *prepared.warnings])
    training = spec.trained(name).program.training
    assert training is not None
    for part, rows in prepared.rows.items():
        click.echo(f"{part:12}{len(rows):8,} examples")
    steps = prepared.batches(training).steps_per_epoch
    epochs = sum(phase.epochs for phase in training.phases)
    click.echo(f"{'steps':12}{steps * epochs:8,} in {epochs} epochs of {steps}")
