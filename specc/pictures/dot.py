"""A graph in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from .graph import Frame, Graph, Node
from .palette import COLORS, INK
from .tree import walk

__all__ = ["dot", "quoted"]

_HEAD = """\
  rankdir=TB
  node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname="Helvetica", fontsize=11]
  edge [fontname="Helvetica", fontsize=9, arrowsize=0.7]
  graph [fontname="Helvetica", fontsize=11, style=rounded, color="#98a2b1"]"""
#: What differs from a layer.
_KINDS = {
    "input": {"shape": "oval", "style": "filled", "fillcolor": "#f3f5f7"},
    "output": {"shape": "oval", "style": "filled", "fillcolor": "#f3f5f7"},
    "layer": {},
    "block": {"shape": "box", "peripheries": "2", "style": "filled"},
}


def quoted(*lines: str) -> str:
    """Lines as a quoted text; Graphviz reads HTML entities and backslashes in it."""
    said = (
        line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
        for line in lines
    )
    return '"' + "\\n".join(said) + '"'


def dot(graph: Graph) -> str:
    """The text of a digraph, from top to bottom; blocks that are open are clusters."""
    return "\n".join(_lines(graph)) + "\n"


def _lines(graph: Graph) -> Iterator[str]:
    yield f"digraph {quoted(graph.title)} {{"
    yield _HEAD
    for depth, kind, position in walk(graph):
        pad = "  " * (depth + 1)
        if kind == "node":
            node = graph.nodes[position]
            yield f"{pad}n{position} [{_attributes(_node(node))}]"
        elif kind == "open":
            yield f"{pad}subgraph cluster_{position} {{"
            for name, value in _frame(graph.frames[position]).items():
                yield f"{pad}  {name}={value}"
        else:
            yield f"{pad}}}"
    for link in graph.links:
        yield f"  n{link.source} -> n{link.target} [label={quoted(link.shape)}]"
    yield "}"


def _attributes(values: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _node(node: Node) -> dict[str, str]:
    kind = {name: quoted(value) for name, value in _KINDS[node.kind].items()}
    if node.borrows:
        kind["style"] = quoted("filled,dashed" if kind else "rounded,filled,dashed")
    found = {"label": quoted(*node.lines), "tooltip": quoted(*node.tip), **kind}
    return {**found, **_color(node.family)}


def _frame(frame: Frame) -> dict[str, str]:
    found = {"label": quoted(frame.title), "tooltip": quoted(*frame.tip)}
    if frame.family is not None:
        found["color"] = quoted(COLORS[frame.family % len(COLORS)][1])
    if frame.borrows:
        found["style"] = quoted("rounded,dashed")
    return found


def _color(family: int | None) -> dict[str, str]:
    if family is None:
        return {"color": quoted(INK)}
    fill, line = COLORS[family % len(COLORS)]
    return {"fillcolor": quoted(fill), "color": quoted(line)}
