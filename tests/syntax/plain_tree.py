"""Trees without places, for comparison and for reading."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from specc.diagnostics.model import Source
from specc.syntax import tree
from specc.syntax.parse import parse

__all__ = ["parsed", "plain", "shown"]


def parsed(text: str) -> tree.File:
    """The tree of a text that has no problems."""
    file, problems = parse(Source("spec.nnspec", text))
    assert file is not None, [(p.message, p.span) for p in problems]
    return file


def plain(node: Any) -> Any:
    """A node as a tuple of its type and fields, without places."""
    if isinstance(node, tree.Node):
        values = [plain(getattr(node, f.name)) for f in fields(node)]
        return (type(node).__name__, *values[1:])
    if isinstance(node, tuple):
        return tuple(plain(item) for item in node)  # pyright: ignore[reportUnknownVariableType]
    return node if not hasattr(node, "source") else None


def shown(node: Any) -> str:
    """A node as a short text: ``(flow h = (call Dense 300))``."""
    match node:
        case tree.Word(text=text) | tree.Name(text=text):
            return text
        case tree.Number(value=value):
            return repr(value)
        case tree.String(value=value):
            return repr(value)
        case tree.Boolean(value=value):
            return str(value).lower()
        case tree.Argument(name=None, value=value):
            return shown(value)
        case tree.Argument(name=name, value=value):
            return f"{shown(name)}={shown(value)}"
        case tree.Binary(operator=sign, left=left, right=right):
            return f"({shown(left)} {sign} {shown(right)})"
        case tree.Node():
            values = [getattr(node, f.name) for f in fields(node) if f.name != "span"]
            return f"({' '.join([type(node).__name__, *map(shown, values)])})"
        case tuple():
            return f"[{' '.join(map(shown, node))}]"  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return str(node)
