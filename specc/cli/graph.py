"""`specc graph`: a model as a picture, and the learning rate over a training."""

from __future__ import annotations

from pathlib import Path

import click

from .options import file_argument, name_argument, set_option
from .outputs import keep_apart, path_text, read_by, writing

__all__ = ["command"]

#: The format that the name of a file asks for.
_SUFFIXES = {
    ".svg": "svg",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".md": "mermaid",
    ".txt": "text",
}


@click.command("graph", short_help="Draw a model, or a learning rate.")
@file_argument
@name_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "dot", "svg", "text"]),
    help="[default: that of the file's suffix, else mermaid; text for a schedule]",
)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path),
    help="The file to write: .svg, .dot, .mmd, .md. Without it: standard output.",
)
@click.option(
    "--fold/--unfold",
    default=None,
    help="Draw each block as one node, or all that is in it.  [default: fold]",
)
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    help="Open so many levels of blocks; those below are one node each.",
)
@click.option(
    "--schedule", is_flag=True, help="The learning rate over the whole training."
)
@click.option(
    "--steps-per-epoch",
    metavar="N",
    type=click.IntRange(min=1),
    help="For --schedule: as if the data gave so many. [default: the data is read]",
)
@set_option
def command(
    file: str,
    name: str | None,
    form: str | None,
    out: Path | None,
    fold: bool | None,
    depth: int | None,
    schedule: bool,
    steps_per_epoch: int | None,
    params: dict[str, str],
) -> None:
    """Draw a model with its blocks, shapes and parameters, as Mermaid, DOT or SVG.

    NAME is that of a model or of a training. With --schedule, the learning rate of a
    training is shown, as a table (text), SVG or Mermaid, computed as training does.
    """
    from .opening import mention_warnings, open_spec

    form = _format(form, out, schedule)
    if fold is not None and depth is not None:
        raise click.UsageError(
            "--depth says what is folded; leave out --fold, --unfold"
        )
    if schedule and (fold is not None or depth is not None):
        raise click.UsageError("a schedule has no blocks: leave out --fold, --depth")
    if steps_per_epoch is not None and not schedule:
        raise click.UsageError("--steps-per-epoch goes with --schedule")
    spec = open_spec(file, params)
    mention_warnings(spec)
    if schedule:
        text = spec.schedule(name, format=form, steps_per_epoch=steps_per_epoch)
    else:
        text = spec.graph(
            name, format=form, depth=None if fold is False else depth or 0
        )
    if form == "mermaid":
        _mention_limits(text)
    if out is None:
        click.echo(text, nl=False)
        return
    keep_apart(out, read_by(spec))
    if out.suffix.lower() == ".md" and form == "mermaid":
        text = f"```mermaid\n{text}```\n"
    with writing(out):
        out.write_text(text, encoding="utf-8", newline="\n")
    click.echo(path_text(out))


def _format(form: str | None, out: Path | None, schedule: bool) -> str:
    """The format that was asked for, as long as the picture can have it."""
    if form is None and out is not None:
        form = _SUFFIXES.get(out.suffix.lower())
        if form is None:
            known = ", ".join(_SUFFIXES)
            raise click.UsageError(
                f"{out} does not say what to write: end it with one of {known},"
                " or give --format"
            )
    found = form or ("text" if schedule else "mermaid")
    if found == "text" and not schedule:
        raise click.UsageError("a model is drawn as mermaid, dot or svg, not as text")
    if found == "dot" and schedule:
        raise click.UsageError(
            "a schedule is shown as text, svg or mermaid, not as dot"
        )
    return found


def _mention_limits(text: str) -> None:
    """Say in a line where Mermaid would refuse to draw."""
    from ..pictures.mermaid import EDGES, LENGTH

    edges = text.count("-->|")
    if edges > EDGES or len(text) > LENGTH:
        said = f"{edges:,} links, {len(text):,} characters: Mermaid draws no more than"
        more = f"{EDGES} and {LENGTH:,} unless it is told to; --fold or --format svg"
        click.echo(f"{said} {more}", err=True)
