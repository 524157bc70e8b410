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
    from ..diagnostics.suggest import nearest
    from ..reference import family_of

    families = catalog().families()
    if family is None:
        for name in families:
            _list(name)
        return
    chosen = family_of(family)
    if chosen is None:
        known, near = ", ".join(families), nearest(family, families)
        hint = f"; did you mean {near}?" if near else f"; there are {known}"
        raise Stop(f"no family is called {family}{hint}", Exit.USAGE)
    _list(chosen)


def _list(family: str) -> None:
    from ..catalog import catalog
    from ..reference import heading

    click.echo(heading(family))
    members = catalog().family(family)
    width = max(map(len, members))
    for keyword, kind in members.items():
        click.echo(f"  {keyword:{width}}  {kind.summary()}")
