"""A graph as a picture that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from .graph import Frame, Graph, Node
from .html import Html, element
from .layout import Box, Drawn, Piece, layout
from .measure import text_width
from .palette import COLORS, DARK
from .ways import Way

__all__ = ["svg"]

#: Sizes of text and lines of a node, and what is around its text.
SIZE, SMALL, LINE, MARGIN = 12.0, 10.5, 16.0, 12.0
#: A name is bold.
BOLD = 1.08

_STYLE = """
svg { --paper: #fdfdfc; --ink: #1d2430; --quiet: #5d6675; --rule: #98a2b1; --wash: #f3f5f7;
  background: var(--paper); font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; }
@media (prefers-color-scheme: dark) { svg { --paper: #14181e; --ink: #e3e7ed;
  --quiet: #98a2b1; --rule: #5d6675; --wash: #1b2129; } }
text { fill: var(--ink); text-anchor: middle; }
.name { font-weight: 600; }
.shape, .frame text { font-size: 10.5px; fill: var(--quiet); text-anchor: start;
  paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
rect { fill: var(--paper); stroke: var(--ink); }
.input rect, .output rect { fill: var(--wash); stroke-width: 2px; }
.inner { fill: none; }
.frame rect { fill: none; stroke: var(--rule); }
path { fill: none; stroke: var(--rule); stroke-width: 1.3px; }
marker path { fill: var(--rule); stroke: none; }
.borrows rect { stroke-dasharray: 5 3; }
"""


def svg(graph: Graph) -> str:
    """The text of an SVG file; colours follow those of the reader's screen."""
    sizes = [_size(node) for node in graph.nodes]
    titles = [text_width(frame.title, SMALL) for frame in graph.frames]
    drawn = layout(graph, sizes, titles)
    width = max(drawn.width, text_width(graph.title, SIZE) + 2 * MARGIN)
    picture = element(
        "svg",
        element("title", graph.title, id="title"),
        element("desc", _described(graph), id="desc"),
        element("style", Html(_STYLE + "".join(_families(graph)))),
        _ARROW,
        *map(_frame, graph.frames, drawn.frames),
        *(_path(piece) for piece in drawn.pieces),
        *map(_frame_title, graph.frames, drawn.frames),
        *map(_node, graph.nodes, drawn.nodes),
        *_shapes(graph, drawn),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_n(width)} {_n(drawn.height)}",
        width=_n(width),
        height=_n(drawn.height),
        role="img",
        aria_labelledby="title desc",
    )
    return f"{picture}\n"


_ARROW = element(
    "defs",
    element(
        "marker",
        element("path", d="M0 0 8 4 0 8z"),
        id="arrow",
        viewBox="0 0 8 8",
        refX=8,
        refY=4,
        markerWidth=7,
        markerHeight=7,
        orient="auto",
    ),
)


def _n(value: float) -> str:
    """A number, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")


def _size(node: Node) -> tuple[float, float]:
    name, *others = node.lines
    widths = [BOLD * text_width(name, SIZE), *(text_width(o, SMALL) for o in others)]
    return max(widths) + 2 * MARGIN, LINE * len(node.lines) + MARGIN


def _described(graph: Graph) -> str:
    """What the picture shows, for those who do not see it."""
    said = [", ".join(node.lines) for node in graph.nodes]
    into: list[list[str]] = [[] for _ in graph.nodes]
    for link in graph.links:
        into[link.target].append(graph.nodes[link.source].lines[0])
    told = (
        f"{words}, from {' and '.join(names)}" if names else words
        for words, names in zip(said, into, strict=True)
    )
    return "; ".join(told)


def _families(graph: Graph) -> Iterator[str]:
    """The colours of what has the same weights."""
    numbers = {item.family for item in (*graph.nodes, *graph.frames)} - {None}
    used = sorted({number % len(COLORS) for number in numbers if number is not None})
    for colors, lead, end in (
        (COLORS, "", "\n"),
        (DARK, "@media (prefers-color-scheme: dark) { ", " }\n"),
    ):
        for number in used:
            fill, line = colors[number]
            yield (
                f"{lead}.s{number} rect {{ fill: {fill}; stroke: {line}; }}"
                f" .frame.s{number} rect, .s{number} .inner {{ fill: none; }}{end}"
            )


def _class(kind: str, family: int | None, borrows: bool) -> str:
    shared = "" if family is None else f" s{family % len(COLORS)}"
    return f"{kind}{shared}{' borrows' if borrows else ''}"


def _node(node: Node, box: Box) -> Html:
    middle = box.x + box.width / 2
    first = box.y + MARGIN / 2 + LINE * 0.75
    texts = [
        element(
            "text",
            line,
            x=_n(middle),
            y=_n(first + LINE * number),
            class_=None if number else "name",
            font_size=SMALL if number else None,
        )
        for number, line in enumerate(node.lines)
    ]
    round_ = 18 if node.kind in ("input", "output") else 4
    inner = [_rectangle(box, 2, 3, "inner")] if node.kind == "block" else []
    return element(
        "g",
        element("title", "\n".join(node.tip)),
        _rectangle(box, round_),
        *inner,
        *texts,
        class_=_class(node.kind, node.family, node.borrows),
    )


def _rectangle(
    box: Box, corner: float, within: float = 0.0, kind: str | None = None
) -> Html:
    return element(
        "rect",
        x=_n(box.x + within),
        y=_n(box.y + within),
        width=_n(box.width - 2 * within),
        height=_n(box.height - 2 * within),
        rx=_n(corner),
        class_=kind,
    )


def _frame(frame: Frame, box: Box) -> Html:
    return element(
        "g",
        element("title", "\n".join(frame.tip)),
        _rectangle(box, 8),
        class_=_class("frame", frame.family, frame.borrows),
    )


def _frame_title(frame: Frame, box: Box) -> Html:
    words = element("text", frame.title, x=_n(box.x + 10), y=_n(box.y + 17))
    return element("g", words, class_="frame")


def _path(piece: Piece) -> Html:
    arrow = "url(#arrow)" if piece.ends else None
    return element("path", d=_curve(piece.way), marker_end=arrow)


def _curve(way: Way) -> str:
    """Straight down, or to the side in a curve that begins and ends straight down."""
    (x, y), *others = way
    drawn = [f"M{_n(x)} {_n(y)}"]
    for to, down in others:
        if abs(to - x) < 0.05:
            drawn.append(f"V{_n(down)}")
        else:
            half = _n((y + down) / 2)
            drawn.append(f"C{_n(x)} {half} {_n(to)} {half} {_n(to)} {_n(down)}")
        x, y = to, down
    return "".join(drawn)


def _shapes(graph: Graph, drawn: Drawn) -> Iterator[Html]:
    """The shape that leaves each node or frame, beside where it does."""
    places = {
        (piece.way[0], graph.nodes[piece.source].shape): None
        for piece in drawn.pieces
        if piece.begins
    }
    for (x, y), shape in places:
        yield element("text", shape, x=_n(x + 5), y=_n(y + 13), class_="shape")
