"""Small pieces of the text of emitted programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from specc.emit.pieces import Import
from specc.emit.shared import Section, naming
from specc.emit.source import WIDTH, define

from .plan import TABLE

__all__ = ["LONG", "comment", "doc", "function", "section", "sum_lines"]

#: Names of outputs with more letters stand in a variable, for lines would be too long.
LONG = 36

_IMPORTS = (
    Import("torch"),
    Import("torch", "Tensor"),
    Import("torch", "nn"),
    Import("torch.nn", "functional", "F"),
)


def section(text: str) -> Section:
    """The section with that text, with the pieces and imports that it names."""
    return naming(text, TABLE.packages, _IMPORTS)


def doc(text: str, indent: int) -> list[str]:
    """A docstring: a sentence, and if a blank line follows it, more."""
    pad = " " * indent
    head, _, rest = text.partition("\n\n")
    if not rest:
        return [f'{pad}"""{head}"""']
    body = [
        line
        for paragraph in rest.split("\n")
        for line in textwrap.wrap(
            paragraph, WIDTH - indent, break_long_words=False, break_on_hyphens=False
        )
    ]
    return [f'{pad}"""{head}', "", *(pad + line for line in body), f'{pad}"""']


def comment(text: str, indent: int) -> list[str]:
    """A comment of as many lines as it needs."""
    pad = " " * indent + "# "
    return textwrap.wrap(text, WIDTH, initial_indent=pad, subsequent_indent=pad)


def function(
    name: str,
    parameters: Iterable[str],
    returns: str,
    about: str,
    body: Iterable[str],
    decorator: str | None = None,
) -> str:
    """A function at the level of the module; the lines of `body` are indented."""
    head = [f"@{decorator}"] if decorator else []
    lines = [*head, define(name, parameters, returns), *doc(about, 4), *body]
    return "\n".join(lines)


def sum_lines(target: str, terms: list[str], indent: int) -> list[str]:
    """``target = a + b + …``, broken before the signs where it is long."""
    pad = " " * indent
    line = f"{pad}{target} = {' + '.join(terms)}"
    if len(line) <= WIDTH:
        return [line]
    first, *others = terms
    rest = [f"{pad}    + {term}" for term in others]
    return [f"{pad}{target} = (", f"{pad}    {first}", *rest, f"{pad})"]
