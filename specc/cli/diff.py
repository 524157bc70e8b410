"""`specc diff`: in what two specs differ in meaning."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import click

from .exits import Exit, leave
from .options import file_argument, format_option, set_option

if TYPE_CHECKING:
    from ..comparing import Change
    from ..diagnostics.model import Span

__all__ = ["command"]


@click.command("diff", short_help="Say in what two specs differ in meaning.")
@file_argument
@click.argument("other", metavar="OTHER", type=click.Path())
@format_option("How to say it.")
@set_option
def command(file: str, other: str, form: str, params: dict[str, str]) -> None:
    """Say what changes in meaning from FILE to OTHER.

    Layout, comments, the order of declarations and defaults that are spelled out make no
    difference. Trainings are compared by name, and models that none trains. Exit status 0
    if both mean the same, 1 if not.
    """
    from .opening import open_spec

    changes = open_spec(file, params).differences(open_spec(other, params))
    if form == "json":
        import json

        click.echo(json.dumps([_record(change) for change in changes], indent=2))
    else:
        for subject, some in groupby(changes, key=lambda change: change.subject):
            click.echo(subject)
            for change in some:
                click.echo(f"  {change.text}{_places(change)}")
        if not changes:
            click.echo("both mean the same")
    leave(Exit.FINDINGS if changes else Exit.FINE)


def _places(change: Change) -> str:
    found = " → ".join(_place(span) for span in change.spans if span is not None)
    return f"   ({found})" if found else ""


def _place(span: Span) -> str:
    return f"{span.source.name}:{span.line}"


def _record(change: Change) -> dict[str, object]:
    before, now = change.spans
    return {
        "subject": change.subject,
        "text": change.text,
        "path": list(change.path),
        "before": change.before,
        "now": change.now,
        "places": [None if span is None else _place(span) for span in (before, now)],
    }
