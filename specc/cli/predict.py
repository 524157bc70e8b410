"""`specc predict`: outputs of a trained model for a user's inputs."""

from __future__ import annotations

from pathlib import Path

import click

from .exits import Exit, Stop
from .options import device_option, run_argument, threads_option, which_option
from .outputs import keep_apart, path_text, writing

__all__ = ["command"]


@click.command("predict", short_help="Predict with the model of a run.")
@run_argument
@click.option(
    "--input",
    "source",
    type=click.Path(path_type=Path),
    required=True,
    help="An .npz file with an array for each input of the model, as the data has them;"
    " a .csv file with their columns for a run that learned from a table.",
)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    required=True,
    help="The file to write: a table if it ends in .csv, else .npz with an array for each"
    " output.",
)
@click.option(
    "--mc-dropout",
    "passes",
    metavar="N",
    type=click.IntRange(min=2),
    help="Monte-Carlo dropout: the mean of N passes with dropout at work for each output,"
    " and their standard deviation as OUTPUT_std.",
)
@which_option
@click.option("--backend", "-b", metavar="NAME", help="[default: that of the run]")
@device_option
@threads_option
def command(
    run: Path,
    source: Path,
    out: Path,
    passes: int | None,
    which: str,
    backend: str | None,
    device: str,
    threads: int | None,
) -> None:
    """Predict with the model of the run in RUN.

    Inputs and outputs are in the units of the data: the scaling that training fitted is
    applied to the inputs first, and undone where it was applied to a target.
    """
    from ..data import save_csv, save_npz
    from ..run import load_run, open_run, predict, predict_samples, read_inputs
    from .opening import show
    from .quiet import Quiet

    folder = open_run(run)
    kept = (file for file in run.rglob("*") if file.suffix != ".npz")
    keep_apart(out, (source, *kept))
    inputs = read_inputs(folder, source)
    with Quiet():
        loaded = load_run(
            folder, which=which, backend_name=backend, device=device, threads=threads
        )
    show(loaded.warnings)
    if passes is None:
        outputs = predict(loaded, inputs)
    else:
        samples = predict_samples(loaded, inputs, passes)
        spread = {f"{name}_std": values for name, values in samples.deviation.items()}
        clash = next((name for name in spread if name in samples.mean), None)
        if clash is not None:
            raise Stop(f"{clash} would name two arrays of {out}", Exit.FINDINGS)
        outputs = samples.mean | spread
    with writing(out):
        save = save_csv if out.suffix.lower() == ".csv" else save_npz
        save(outputs, out)
    for name, values in outputs.items():
        click.echo(f"{name}: {values.dtype}{list(values.shape)}", err=True)
    click.echo(path_text(out))
