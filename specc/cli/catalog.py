"""`specc catalog`: the constructs of the language."""

from __future__ import annotations

import click

from .exits import Exit, Stop

__all__ = ["command"]


@click.command("catalog", short_help="List the constructs of the language.")
@click.argument("family", required=False)
@click.option("--markdown", is_flag=True, help="The whole reference as Markdown.")
def command(family: str | None, markdown: bool) -> None:
    """List the constructs, or those of one FAMILY (layer, optimizer …)."""
    if markdown:
        from ..reference import reference

        click.echo(reference(), nl=False)
        return
    from ..catalog import catalog

    families = catalog().families()
    if family is not None and family not in families:
        known = ", ".join(families)
        raise Stop(f"no family is called {family}; there are {known}", Exit.USAGE)
    for name in families if family is None else (family,):
        _list(name)


def _list(family: str) -> None:
    from ..catalog import catalog
    from ..reference import heading

    click.echo(heading(family))
    members = catalog().family(family)
    width = max(map(len, members))
    for keyword, kind in members.items():
        click.echo(f"  {keyword:{width}}  {kind.summary()}")
