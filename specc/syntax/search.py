"""Finding nodes of a syntax tree by their place in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from .tree import Node

__all__ = ["around", "children"]


def around(top: Node, start: int, end: int) -> list[Node]:
    """The nodes that a stretch of the text lies in, from the outermost inwards."""
    found = [top]
    inside: Node | None = top
    while inside is not None:
        inside = next(
            (
                c
                for c in children(inside)
                if c.span.start <= start and end <= c.span.end
            ),
            None,
        )
        if inside is not None:
            found.append(inside)
    return found


def children(node: Node) -> Iterator[Node]:
    """The nodes that a node is made of."""
    for item in fields(node):
        value: Any = getattr(node, item.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, Node))  # pyright: ignore[reportUnknownVariableType]
