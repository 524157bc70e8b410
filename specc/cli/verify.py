"""`specc verify`: the proof that the programs of all backends compute the same."""

from __future__ import annotations

from pathlib import Path

import click

from .exits import leave
from .options import format_option, reuse_option, set_option, specs

__all__ = ["command"]


def _names(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = tuple(
        dict.fromkeys(name.strip() for name in value.split(",") if name.strip())
    )
    if len(names) < 2:
        raise click.BadParameter("a comparison needs two backends: torch,keras")
    return names


@click.command("verify", short_help="Prove that all backends compute the same.")
@click.argument("files", metavar="FILE [NAME] | FILE|DIR...", nargs=-1)
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Updates to compare at least, over whole epochs in small; a short training has fewer.",
)
@click.option(
    "--precision",
    "precisions",
    type=click.Choice(["float64", "float32"]),
    multiple=True,
    help="float64 alone, or float32, which is measured against float64 and so includes it."
    " [default: float32]",
)
@click.option(
    "--backends",
    metavar="A,B",
    callback=_names,
    help="The backends to compare. [default: all]",
)
@format_option("JSON holds every number; of several files it is a list.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    metavar="F.html",
    help="Write one page with everything: verdict, steps, plots, portability.",
)
@click.option(
    "--selftest",
    is_flag=True,
    help="Plant known faults in emitted programs and see how many are noticed.",
)
@click.option("--full", is_flag=True, help="Show every difference, not the first five.")
@reuse_option
@set_option
def command(
    files: tuple[str, ...],
    steps: int,
    precisions: tuple[str, ...],
    backends: tuple[str, ...] | None,
    form: str,
    report: Path | None,
    selftest: bool,
    full: bool,
    reuse: dict[str, str],
    params: dict[str, str],
) -> None:
    """Prove that the programs of all backends compute the same.

    They are run side by side from the same random start: every layer, the loss, every
    gradient, and step by step every weight, buffer and slot. The verdict is equal,
    refused, different at a node, or not comparable. Exit status 0 only if equal; of
    several files the worst. A folder stands for the .nnspec files in it; of several
    files every training is proven.
    """
    if selftest == bool(files):
        raise click.UsageError("give a FILE, or --selftest without one")
    if selftest:
        if report is not None:
            raise click.UsageError("--report is for a FILE, not for --selftest")
        from .selftest import selftest as try_faults

        leave(try_faults(backends, form))
        return
    from .proving import Request, prove, prove_each, writable

    words, name = _split(files)
    chosen = [path for file in words for path in specs(file)]
    if report is not None:
        writable(report)
    if reuse and len(chosen) > 1:
        raise click.UsageError("--reuse goes with one FILE only")
    request = Request(name, backends, steps, precisions, params, reuse)
    if len(chosen) == 1 and chosen == [*words]:
        leave(prove(chosen[0], request, form, report, full))
    else:
        leave(prove_each(chosen, request, form, report, full))


def _split(words: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    """The files, and the NAME that may follow one of them: a word that is no file's."""
    *_, last = words
    named = len(words) > 1 and last.isidentifier() and not Path(last).exists()
    if not named:
        return words, None
    if len(words) > 2:
        raise click.UsageError(f"{last} is no file, and a NAME goes with one FILE only")
    return words[:1], last
