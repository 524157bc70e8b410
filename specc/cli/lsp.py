"""`specc lsp`: the language server for editors."""

from __future__ import annotations

import sys

import click

from .exits import Exit, Stop, leave

__all__ = ["command"]


@click.command(
    "lsp", short_help="Serve an editor: problems, completion, docs, renaming."
)
@click.option(
    "--stdio",
    is_flag=True,
    help="What it always does; some editors insist on saying so.",
)
def command(stdio: bool) -> None:
    """Serve an editor over standard input and output (Language Server Protocol).

    An editor starts this by itself; editors/README.md says how to set one up. Exit
    status 1 if the editor went away without a word.
    """
    try:
        from ..lsp.serve import serve
    except ImportError as error:
        raise _missing(error) from None
    if sys.stdin is not None and sys.stdin.isatty():  # pyright: ignore[reportUnnecessaryComparison]
        click.echo("waiting for an editor; Ctrl-C ends this", err=True)
    leave(Exit.FINE if serve() else Exit.FINDINGS)


def _missing(error: ImportError) -> Exception:
    """What is said where the extra is not installed."""
    from ..diagnostics.words import install

    package = (error.name or "").partition(".")[0]
    if package not in ("pygls", "lsprotocol"):
        return error
    why = f"pygls 2 is not installed; mend with: {install('lsp')}"
    return Stop(why, Exit.MISSING)
