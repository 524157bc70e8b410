"""A graph as a Mermaid flowchart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .graph import Graph, Node
from .palette import COLORS, INK
from .tree import walk

__all__ = ["EDGES", "LENGTH", "mermaid", "quoted"]

#: What Mermaid draws, unless the page around it allows more.
EDGES, LENGTH = 500, 50_000

#: All that Mermaid may not take for itself.
_PLAIN = re.compile(r"[^\w ,.()=×→·…+-]")
_SHAPES = {
    "input": ("([", "])"),
    "output": ("([", "])"),
    "layer": ("[", "]"),
    "block": ("[[", "]]"),
}
_STYLES = {
    "borrowed": "stroke-dasharray:5 3",
    "terminal": "stroke-width:2px",
    **{
        f"shared{number}": f"fill:{fill},stroke:{stroke},color:{INK}"
        for number, (fill, stroke) in enumerate(COLORS)
    },
}


def quoted(*lines: str) -> str:
    """Lines as a quoted text; signs that mean something to Mermaid as ``#35;``."""
    said = (_PLAIN.sub(lambda found: f"#{ord(found[0])};", line) for line in lines)
    return f'"{"<br/>".join(said)}"'


def mermaid(graph: Graph) -> str:
    """The text of a flowchart, from top to bottom; blocks that are open are subgraphs."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    yield "flowchart TB"
    yield f"  accTitle: {_plain(graph.title)}"
    yield from _inside(graph)
    for link in graph.links:
        yield f"  n{link.source} -->|{quoted(link.shape)}| n{link.target}"
    yield from _classes(graph)


def _plain(text: str) -> str:
    """A text that stands without quotes."""
    return re.sub(r"[^\w ,.]+", " ", text)


def _inside(graph: Graph) -> Iterator[str]:
    """Nodes and subgraphs, each within that around it."""
    for depth, kind, position in walk(graph):
        pad = "  " * (depth + 1)
        if kind == "node":
            yield pad + _node(position, graph.nodes[position])
        elif kind == "open":
            yield f"{pad}subgraph f{position}[{quoted(graph.frames[position].title)}]"
        else:
            yield f"{pad}end"


def _node(position: int, node: Node) -> str:
    before, after = _SHAPES[node.kind]
    return f"n{position}{before}{quoted(*node.lines)}{after}"


def _classes(graph: Graph) -> Iterator[str]:
    """Colours of what has the same weights, dashes around what is counted elsewhere."""
    members: dict[str, list[str]] = {}
    for lead, items in (("n", graph.nodes), ("f", graph.frames)):
        for position, item in enumerate(items):
            if isinstance(item, Node) and item.kind in ("input", "output"):
                members.setdefault("terminal", []).append(f"n{position}")
            if item.family is not None:
                name = f"shared{item.family % len(COLORS)}"
                members.setdefault(name, []).append(f"{lead}{position}")
            if item.borrows:
                members.setdefault("borrowed", []).append(f"{lead}{position}")
    for name, listed in sorted(members.items()):
        yield f"  classDef {name} {_STYLES[name]}"
        yield f"  class {','.join(listed)} {name}"
