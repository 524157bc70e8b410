"""Nodes and frames of a graph as they lie in one another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from .graph import Graph

__all__ = ["Item", "members", "walk"]


class Item(NamedTuple):
    """A node or a frame, by its position."""

    frame: bool
    position: int


def members(graph: Graph) -> dict[int | None, list[Item]]:
    """What lies in each frame, and outside of all (None), in the order of the nodes."""
    found: dict[int | None, list[Item]] = {None: []}
    for position, node in enumerate(graph.nodes):
        item, around = Item(False, position), node.frame
        while around is not None and around not in found:
            found[around] = [item]
            item, around = Item(True, around), graph.frames[around].parent
        found[around].append(item)
    return found


def walk(graph: Graph) -> Iterator[tuple[int, Literal["node", "open", "close"], int]]:
    """From the top: how deep, what, and its position; frames are opened and closed."""
    inside = members(graph)
    stack: list[tuple[int | None, Iterator[Item]]] = [(None, iter(inside[None]))]
    while stack:
        frame, items = stack[-1]
        item = next(items, None)
        if item is None:
            stack.pop()
            if frame is not None:
                yield len(stack) - 1, "close", frame
        elif item.frame:
            yield len(stack) - 1, "open", item.position
            stack.append((item.position, iter(inside[item.position])))
        else:
            yield len(stack) - 1, "node", item.position
