"""Pieces of text that emitted programs of this backend are put together from."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from string import Template

from specc.emit.pieces import Import, names
from specc.emit.shared import Section

__all__ = ["fill", "section"]

#: The imports behind the names that sections use.
_IMPORTS = {
    item.bound: item
    for item in (
        Import("keras"),
        Import("keras", "layers"),
        Import("numpy", None, "np"),
        Import("tensorflow", None, "tf"),
        Import("typing", "Any"),
        Import("dataclasses", "dataclass"),
        Import("dataclasses", "field"),
    )
}


def fill(template: str, **parts: str) -> str:
    """The template with each ``$name`` replaced; lines that are empty for it vanish."""
    lines: list[str] = []
    for line in template.strip("\n").split("\n"):
        written = Template(line).substitute(parts)
        if written.strip() or not line.strip():
            lines.append(written)
    return "\n".join(lines)


def section(text: str, packages: Iterable[str]) -> Section:
    """The section with that text; the pieces and imports it needs are those it names."""
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    return Section(
        text,
        frozenset(used & names(packages)),
        frozenset(_IMPORTS[name] for name in used & _IMPORTS.keys()),
    )
