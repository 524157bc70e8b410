"""`specc verify`: the proof that the programs of all backends compute the same."""

from __future__ import annotations

import json

import click

from .exits import Exit, leave
from .options import name_argument, set_option

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
@click.argument("file", metavar="FILE", required=False)
@name_argument
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Updates to compare at least.",
)
@click.option(
    "--precision",
    "precisions",
    type=click.Choice(["float64", "float32"]),
    multiple=True,
    help="Compare in this precision only (repeatable). [default: both]",
)
@click.option(
    "--backends",
    metavar="A,B",
    callback=_names,
    help="The backends to compare. [default: all]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="JSON holds every number.",
)
@click.option(
    "--selftest",
    is_flag=True,
    help="Plant known faults in emitted programs and see how many are noticed.",
)
@click.option("--full", is_flag=True, help="Show every difference, not the first five.")
@set_option
def command(
    file: str | None,
    name: str | None,
    steps: int,
    precisions: tuple[str, ...],
    backends: tuple[str, ...] | None,
    form: str,
    selftest: bool,
    full: bool,
    params: dict[str, str],
) -> None:
    """Prove that the programs of all backends compute the same.

    They are run side by side from the same random start: every layer, the loss, every
    gradient, and step by step every weight, buffer and slot. The verdict is equal,
    refused, different at a node, or not comparable. Exit status 0 only if equal.
    """
    if selftest == (file is not None):
        raise click.UsageError("give a FILE, or --selftest without one")
    if file is None:
        from .selftest import selftest as try_faults

        leave(try_faults(backends, form))
        return
    from ..verify import render
    from .opening import open_spec, show_warnings

    spec = open_spec(file, params)
    show_warnings(spec)
    verdict = spec.verify(
        name,
        backends=backends,
        steps=steps,
        precisions=precisions or ("float64", "float32"),  # pyright: ignore[reportArgumentType]
    )
    if form == "json":
        click.echo(json.dumps(verdict.to_json(), indent=2))
    else:
        click.echo(render(verdict, full), nl=False)
    leave(Exit.FINE if verdict.equal else Exit.FINDINGS)
