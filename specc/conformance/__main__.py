"""The command line: ``python -m specc.conformance``."""

from __future__ import annotations

import json
import sys

import click

from .cases import Case, Result
from .of_backend import backend_cases
from .of_construct import construct_cases
from .report import line, run
from .shop import Shop

__all__ = ["command"]


@click.command("python -m specc.conformance")
@click.option("--backend", metavar="NAME", help="Check an installed backend.")
@click.option("--construct", metavar="FAMILY/KEYWORD", help="Check a construct.")
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
def command(backend: str | None, construct: str | None, only: str, form: str) -> None:
    """Check what a backend or a construct must do, against all that is installed.

    Exit status 0 if nothing failed; what is refused with a reason is no failure.
    """
    if (backend is None) == (construct is None):
        raise click.UsageError("give --backend NAME or --construct FAMILY/KEYWORD")
    subject = backend or construct or ""
    cases = construct_cases(subject) if backend is None else backend_cases(subject)

    def show(case: Case, result: Result) -> None:
        if form == "text":
            click.echo(line(case, result))

    with Shop() as shop:
        report = run(subject, (c for c in cases if only in str(c)), shop, show)
    if form == "json":
        click.echo(json.dumps(report.to_json(), indent=2))
    else:
        click.echo(report.render().rsplit("\n\n", 1)[-1], nl=False)
    sys.exit(0 if report.passed else 1)


if __name__ == "__main__":
    command()
