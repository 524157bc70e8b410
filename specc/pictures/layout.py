"""The places of all nodes and frames of a graph, and the ways of its links.

A frame is arranged by itself and then stands in that around it as one box. Links pass its
edges at ports, so that frames never overlap what does not belong to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from . import rows
from .graph import Graph, Link
from .tree import Item, members
from .ways import Arranged, Point, Way, arrange

__all__ = ["Box", "Drawn", "layout"]

#: Around what lies in a frame.
PAD = 18.0

Size = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle; its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Piece:
    """A stretch of a link, from a node or the edge of a frame to another.

    `source` is the node that the link comes from; `begins` says whether this stretch leaves
    a node or a frame, and `ends` whether it leads to a node.
    """

    source: int
    way: Way
    begins: bool
    ends: bool


@dataclass
class Drawn:
    """Where everything is."""

    nodes: list[Box]
    frames: list[Box]
    pieces: list[Piece]
    width: float
    height: float


@dataclass(frozen=True)
class _End:
    """An end of a stretch: a node or a frame (`item`), or a port of the level.

    `port` is the node whose output passes an edge there, `inward` the direction.
    """

    item: Item | None
    port: int | None = None
    inward: bool = False


@dataclass
class _Level:
    """What lies in a frame, or outside of all."""

    items: list[Item]
    #: Ends, the node that the link comes from, and a number where two links are alike.
    pieces: dict[tuple[_End, _End, int, int], None] = field(
        default_factory=dict[tuple[_End, _End, int, int], None]
    )
    #: The boxes at their places, from the left edge and the top.
    boxes: dict[_End, int] = field(default_factory=dict[_End, int])
    made: Arranged = field(default_factory=lambda: Arranged([], [], [], 0.0, 0.0))
    shift: float = 0.0
    width: float = 0.0

    def place(self, end: _End) -> float:
        """Where the middle of a box is."""
        return self.shift + self.made.x[self.boxes[end]]


def layout(graph: Graph, sizes: Sequence[Size], titles: Sequence[float]) -> Drawn:
    """Lay out a graph.

    Args:
        graph: what is drawn.
        sizes: width and height of each node.
        titles: width of each frame's title.
    """
    levels = {frame: _Level(items) for frame, items in members(graph).items()}
    alike: dict[Link, int] = {}
    for link in graph.links:
        alike[link] = alike.get(link, 0) + 1
        for frame, begin, end in _stretches(graph, link):
            copy = alike[link] if end.item == Item(False, link.target) else 0
            levels[frame].pieces[begin, end, link.source, copy] = None
    for frame in reversed(range(len(graph.frames))):  # the inner ones first
        _arrange(levels, levels[frame], sizes, titles[frame])
    _arrange(levels, levels[None], sizes, 0.0)
    return _gathered(graph, levels, sizes)


def _stretches(graph: Graph, link: Link) -> Iterator[tuple[int | None, _End, _End]]:
    """The stretches of a link, each with the frame that it lies in."""
    out = _around(graph, graph.nodes[link.source].frame)
    into = _around(graph, graph.nodes[link.target].frame)
    common: int | None = None
    while out and into and out[-1] == into[-1]:
        common = out.pop()
        into.pop()
    at = _End(Item(False, link.source))
    for frame in out:
        yield frame, at, _End(None, link.source)
        at = _End(Item(True, frame), link.source)
    frame = common
    for inner in reversed(into):
        yield frame, at, _End(Item(True, inner), link.source, True)
        frame, at = inner, _End(None, link.source, True)
    yield frame, at, _End(Item(False, link.target))


def _around(graph: Graph, frame: int | None) -> list[int]:
    """The frame and those around it, from within."""
    found: list[int] = []
    while frame is not None:
        found.append(frame)
        frame = graph.frames[frame].parent
    return found


def _arrange(
    levels: dict[int | None, _Level],
    level: _Level,
    sizes: Sequence[Size],
    title: float,
) -> None:
    """Place what lies in a level, whose frames are arranged already."""
    ports = {end for begin, to, *_ in level.pieces for end in (begin, to)}
    ends = [_End(item) for item in level.items]
    ends += sorted(
        (end for end in ports if end.item is None), key=lambda e: (e.inward, e.port)
    )
    level.boxes = {end: number for number, end in enumerate(ends)}
    boxes: list[Size] = []
    for end in ends:
        if end.item is None:
            boxes.append((0.0, 0.0))
        elif end.item.frame:
            inner = levels[end.item.position]
            boxes.append((inner.width, inner.made.height))
        else:
            boxes.append(sizes[end.item.position])

    def offset(end: _End) -> float | None:
        """Where a link meets its box, from the middle; None for a node."""
        if end.item is None or not end.item.frame:
            return None if end.item else 0.0
        inner = levels[end.item.position]
        return inner.place(_End(None, end.port, end.inward)) - inner.width / 2

    links = [
        rows.Link(
            level.boxes[_box(begin)],
            level.boxes[_box(end)],
            offset(begin) or 0.0,
            offset(end),
        )
        for begin, end, *_ in level.pieces
    ]
    level.made = arrange(
        boxes,
        links,
        [level.boxes[end] for end in ends if end.item is None and end.inward],
        [level.boxes[end] for end in ends if end.item is None and not end.inward],
    )
    level.width = max(level.made.width, title) + 2 * PAD
    level.shift = (level.width - level.made.width) / 2


def _box(end: _End) -> _End:
    """The box that an end is at."""
    return end if end.item is None else _End(end.item)


def _gathered(
    graph: Graph, levels: dict[int | None, _Level], sizes: Sequence[Size]
) -> Drawn:
    """Everything from the upper left corner of the whole."""
    whole = levels[None]
    nodes = [Box(0.0, 0.0, *size) for size in sizes]
    frames: list[Box] = []
    pieces: list[Piece] = []
    corners: dict[int | None, Point] = {None: (0.0, PAD)}
    for frame in (None, *range(len(graph.frames))):
        level, (left, top) = levels[frame], corners[frame]
        for end, number in level.boxes.items():
            if end.item is None:
                continue
            middle, y = left + level.place(end), top + level.made.y[number]
            position = end.item.position
            if end.item.frame:
                inner = levels[position]
                corners[position] = (middle - inner.width / 2, y)
            else:
                width, height = sizes[position]
                nodes[position] = Box(middle - width / 2, y, width, height)
        if frame is not None:
            frames.append(Box(left, top, level.width, level.made.height))
        right = left + level.shift
        for (begin, end, source, _), way in zip(
            level.pieces, level.made.ways, strict=True
        ):
            moved = [(right + x, top + y) for x, y in way]
            ends = end.item is not None and not end.item.frame
            pieces.append(Piece(source, moved, begin.item is not None, ends))
    return Drawn(nodes, frames, pieces, whole.width, whole.made.height + 2 * PAD)
