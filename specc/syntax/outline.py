"""The syntax tree as an indented outline, for `specc dump --stage tree`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from .tree import Node, Word

__all__ = ["outline"]


def outline(node: Node) -> str:
    """One line for each node: what it is, its plain fields, and its place."""
    return "\n".join(_lines(node))


def _lines(top: Node) -> Iterator[str]:
    # A stack of its own: a long sum is a tree as deep as it has terms.
    waiting: list[tuple[int, str, Node]] = [(0, "", top)]
    while waiting:
        depth, label, node = waiting.pop()
        plain, children = _parts(node)
        head = f"{'  ' * depth}{label}{type(node).__name__}"
        yield " ".join([head, *plain, f"[{node.span.line}:{node.span.column}]"])
        waiting += [(depth + 1, f"{n}: ", child) for n, child in reversed(children)]


def _parts(node: Node) -> tuple[list[str], list[tuple[str, Node]]]:
    """The plain fields as ``name=value``, and the nodes below with their field's name."""
    plain: list[str] = []
    children: list[tuple[str, Node]] = []
    for item in fields(node):
        value: Any = getattr(node, item.name)
        if isinstance(value, Word):
            plain.append(f"{item.name}={value.text}")
        elif isinstance(value, Node):
            children.append((item.name, value))
        elif isinstance(value, tuple):
            children += [(item.name, child) for child in value]  # pyright: ignore[reportUnknownVariableType]
        elif item.name != "span" and value is not None:
            plain.append(f"{item.name}={value!r}")
    return plain, children
