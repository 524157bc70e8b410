"""Stretches of an emitted file, and how their text is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from string import Template

from ..parsing import parse
from ..pieces import Import, Known, free_names, names

__all__ = ["Section", "fill", "naming"]

#: The imports behind the names that the sections of all backends use.
_IMPORTS = (
    Import("math"),
    Import("dataclasses", "dataclass"),
    Import("dataclasses", "field"),
    Import("functools", "partial"),
    Import("time"),
    Import("typing", "Any"),
    Import("typing", "Self"),
    Import("numpy", None, "np"),
)


@dataclass(frozen=True)
class Section:
    """A stretch of an emitted file, the runtime pieces it uses and its own imports.

    `known` is what it knows of the options of these pieces.
    """

    text: str
    pieces: frozenset[str] = frozenset()
    imports: frozenset[Import] = frozenset()
    known: Known = field(default_factory=Known)


def fill(template: str, **parts: str) -> str:
    """The template with each ``$name`` replaced; lines that are empty for it vanish."""
    lines: list[str] = []
    for line in template.strip("\n").split("\n"):
        written = Template(line).substitute(parts)
        if written.strip() or not line.strip():
            lines.append(written)
    return "\n".join(lines)


def naming(
    text: str, packages: Iterable[str], imports: Iterable[Import] = ()
) -> Section:
    """The section with that text; the pieces and imports it needs are those it names.

    Args:
        text: definitions or statements.
        packages: where the pieces are.
        imports: what may be imported, besides what sections of all backends use.
    """
    used = free_names(parse(text))
    known = {item.bound: item for item in (*_IMPORTS, *imports)}
    return Section(
        text,
        frozenset(used & names(packages)),
        frozenset(known[name] for name in used & known.keys()),
    )
