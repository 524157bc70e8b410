"""The command line: ``python -m specc.conformance``."""

from __future__ import annotations

import itertools
import json
import sys

import click

from .cases import Case, Result
from .of_backend import backend_cases
from .of_construct import construct_cases
from .report import line, run
from .workbench import Workbench

__all__ = ["command"]


@click.command("python -m specc.conformance")
@click.option("--backend", "names", multiple=True, metavar="NAME", help="A backend.")
@click.option(
    "--construct", "paths", multiple=True, metavar="FAMILY/KEYWORD", help="A construct."
)
@click.option(
    "--only", metavar="WORDS", default="", help="Only checks whose line holds these."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
)
def command(
    names: tuple[str, ...], paths: tuple[str, ...], only: str, form: str
) -> None:
    """Check what backends or constructs must do, against all that is installed.

    Exit status 0 if something was checked and nothing failed; what is refused with a
    reason is no failure.
    """
    if not names and not paths:
        raise click.UsageError("give --backend NAME or --construct FAMILY/KEYWORD")
    cases = itertools.chain(
        *(backend_cases(name) for name in names),
        *(construct_cases(path) for path in paths),
    )

    def show(case: Case, result: Result) -> None:
        if form == "text":
            click.echo(line(case, result))

    with Workbench() as bench:
        chosen = (case for case in cases if only in str(case))
        report = run(", ".join([*names, *paths]), chosen, bench, show)
    if form == "json":
        click.echo(json.dumps(report.to_json(), indent=2))
    else:
        click.echo(report.ending())
    sys.exit(0 if report.passed else 1)


if __name__ == "__main__":
    command()
