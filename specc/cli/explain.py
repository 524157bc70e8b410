"""`specc explain`: what a rule or a construct means."""

from __future__ import annotations

import click

from .exits import Exit, Stop

__all__ = ["command"]


@click.command("explain", short_help="Explain a rule or a word of the language.")
@click.argument("word", metavar="SLUG|WORD")
def command(word: str) -> None:
    """Explain a rule that a message names, or a word of the language.

    Words are constructs (Dense), families of them (layer), statements (target), settings
    (seed) and arguments (patience).
    """
    from ..reference import explanations

    pages = explanations(word)
    if not pages:
        raise Stop(_unknown(word), Exit.USAGE)
    click.echo("\n\n".join(page.rstrip() for page in pages))


def _unknown(word: str) -> str:
    from ..diagnostics.suggest import nearest
    from ..reference import arguments, words

    near = nearest(word, (*words(), *arguments()))
    hint = f"; did you mean {near}?" if near else ""
    return f"no rule and no word of the language is called {word}{hint}"
