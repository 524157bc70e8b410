"""The command line: ``python -m specc.conformance``."""

from __future__ import annotations

import itertools
import json
import sys

import click

from ..catalog.outside import BrokenPackage
from ..catalog.registry import catalog
from .cases import Case, Result
from .of_backend import backend_cases
from .of_construct import construct_cases
from .report import line, run
from .workbench import Workbench, usable

__all__ = ["command"]


def _paths(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    for value in values:
        if all(value.partition("/")):
            continue
        known = [f"{kind.family}/{kind.keyword}" for kind in catalog()]
        meant = [path for path in known if path.endswith(f"/{value}")]
        hint = f"; did you mean {' or '.join(meant)}?" if meant else ""
        raise click.BadParameter(f"{value} is not FAMILY/KEYWORD{hint}")
    return values


@click.command("python -m specc.conformance")
@click.option(
    "--backend",
    "names",
    multiple=True,
    metavar="NAME",
    help="A backend; with --construct, where to look at the construct. [repeatable]",
)
@click.option(
    "--construct",
    "paths",
    multiple=True,
    metavar="FAMILY/KEYWORD",
    callback=_paths,
    help="A construct, on all backends or on those given. [repeatable]",
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
    unknown = [name for name in names if paths and name not in usable()]
    if unknown:
        why = f"no backend {unknown[0]} can be used; see specc doctor"
        raise click.UsageError(why)
    cases = itertools.chain(
        *(construct_cases(path, names) for path in paths),
        *(backend_cases(name) for name in (() if paths else names)),
    )

    def show(case: Case, result: Result) -> None:
        if form == "text":
            click.echo(line(case, result))

    with Workbench() as bench:
        chosen = (case for case in cases if only in str(case))
        subject = ", ".join(paths or names)
        on = f" on {', '.join(names)}" if paths and names else ""
        report = run(subject + on, chosen, bench, show)
    if not report.results:
        raise click.UsageError(f"no check has the words {only!r} in its line")
    if form == "json":
        click.echo(json.dumps(report.to_json(), indent=2))
    else:
        click.echo(report.ending())
    sys.exit(0 if report.passed else 1)


def main() -> None:
    """Run the command line of this process."""
    try:
        command()
    except BrokenPackage as broken:
        click.echo(f"Error: {broken}", err=True)
        sys.exit(3)


if __name__ == "__main__":
    main()
