"""`specc schema`: the JSON Schema of the intermediate form."""

from __future__ import annotations

import click

__all__ = ["command"]


@click.command("schema", short_help="Print the JSON Schema of `dump --stage ir`.")
def command() -> None:
    """Print the JSON Schema of what `dump --stage ir` writes."""
    import json

    from ..schema import program_schema

    click.echo(json.dumps(program_schema(), indent=2, ensure_ascii=False))
