"""`specc predict`: outputs of a trained model for a user's inputs."""

from __future__ import annotations

from pathlib import Path

import click

from .exits import Exit, Stop
from .options import device_option, run_argument, threads_option, which_option

__all__ = ["command"]


@click.command("predict", short_help="Predict with the model of a run.")
@run_argument
@click.option(
    "--input",
    "source",
    type=click.Path(path_type=Path),
    required=True,
    help="An .npz file with an array for each input of the model, as the data has them.",
)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    required=True,
    help="The .npz file to write: an array for each output.",
)
@which_option
@click.option("--backend", "-b", metavar="NAME", help="[default: that of the run]")
@device_option
@threads_option
def command(
    run: Path,
    source: Path,
    out: Path,
    which: str,
    backend: str | None,
    device: str,
    threads: int | None,
) -> None:
    """Predict with the model of the run in RUN.

    The scaling that training fitted is applied to the inputs first.
    """
    import numpy as np

    from ..run import load_run, open_run, predict, read_inputs
    from .opening import show
    from .quiet import Quiet

    folder = open_run(run)
    with Quiet():
        loaded = load_run(
            folder, which=which, backend_name=backend, device=device, threads=threads
        )
    show(loaded.warnings)
    outputs = predict(loaded, read_inputs(loaded, source))
    try:
        with out.open("wb") as file:
            np.savez(file, allow_pickle=False, **outputs)  # pyright: ignore[reportArgumentType]
    except OSError as error:
        raise Stop(f"cannot write {out}: {error.strerror}", Exit.USAGE) from None
    for name, values in outputs.items():
        click.echo(f"{name}: {values.dtype}{list(values.shape)}", err=True)
    click.echo(str(out))
