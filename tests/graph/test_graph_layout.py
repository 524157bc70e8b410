"""Where boxes stand and where links go: nothing lies over anything else."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from pictures import SPECS, drawn, read_svg, spec_of, svg_nodes

from specc.pictures.dot import dot
from specc.pictures.graph import Graph, Link, Node
from specc.pictures.layout import Box, Drawn, layout
from specc.pictures.mermaid import mermaid
from specc.pictures.rows import ASIDE, spread
from specc.pictures.svg import svg

SIZE = (90.0, 40.0)


def placed(graph: Graph) -> Drawn:
    sizes = [(60.0 + 7 * len(node.lines[0]), 40.0) for node in graph.nodes]
    return layout(graph, sizes, [120.0] * len(graph.frames))


def apart(one: Box, other: Box) -> bool:
    aside = one.x + one.width <= other.x or other.x + other.width <= one.x
    return aside or one.y + one.height <= other.y or other.y + other.height <= one.y


def within(inner: Box, outer: Box) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


def around(graph: Graph, frame: int | None) -> set[int]:
    found: set[int] = set()
    while frame is not None:
        found.add(frame)
        frame = graph.frames[frame].parent
    return found


def check(graph: Graph) -> None:
    """See that boxes are apart, frames hold what is theirs, and ways pass all boxes."""
    made = placed(graph)
    whole = Box(0.0, 0.0, made.width, made.height)
    for i, box in enumerate(made.nodes):
        assert within(box, whole)
        assert all(apart(box, other) for other in made.nodes[i + 1 :])
        own = around(graph, graph.nodes[i].frame)
        for number, frame in enumerate(made.frames):
            assert within(box, frame) if number in own else apart(box, frame)
    for i, frame in enumerate(made.frames):
        for number, other in enumerate(made.frames[:i]):
            inside = number in around(graph, graph.frames[i].parent)
            assert within(frame, other) if inside else apart(frame, other)
    for piece in made.pieces:
        for (x, y), (to, down) in zip(piece.way, piece.way[1:], strict=False):
            assert y <= down
            stretch = Box(min(x, to), y, abs(to - x), down - y)
            for i, box in enumerate(made.nodes):
                assert apart(stretch, box) or i == piece.source, (piece, box)
    check_ends(graph, made)


def check_ends(graph: Graph, made: Drawn) -> None:
    """Every link is a chain of pieces from the lower edge of a node to the upper of one."""
    for link in graph.links:
        source, target = made.nodes[link.source], made.nodes[link.target]
        own = [piece for piece in made.pieces if piece.source == link.source]
        at = {piece.way[0] for piece in own} & {
            (source.x + source.width / 2, source.y + source.height)
        }
        assert len(at) == 1
        reached = set(at)
        while at:
            at = {p.way[-1] for p in own if p.way[0] in at} - reached
            reached |= at
        assert any(
            y == pytest.approx(target.y) and target.x < x < target.x + target.width
            for x, y in reached
        )


@pytest.mark.parametrize("depth", [0, 1, None])
@pytest.mark.parametrize(("path", "name"), SPECS, ids=lambda v: getattr(v, "stem", v))
def test_nothing_overlaps(path: Path, name: str | None, depth: int | None) -> None:
    check(drawn(path, name, depth))


@pytest.mark.parametrize("seed", range(30))
def test_nothing_overlaps_in_random_graphs(seed: int) -> None:
    chance = random.Random(seed)
    count = chance.randint(2, 40)
    nodes = [
        Node("layer", ("n" * chance.randint(1, 30),), "1", (str(i),))
        for i in range(count)
    ]
    links = [
        Link(source, target, "1")
        for target in range(1, count)
        for source in chance.sample(range(target), min(target, chance.randint(0, 3)))
    ]
    order = chance.sample(range(count), count)  # the order of nodes means nothing
    moved = [Link(order[link.source], order[link.target], "1") for link in links]
    check(Graph("random", tuple(nodes), (), tuple(moved)))


@pytest.mark.parametrize("seed", range(20))
def test_places_are_the_nearest_in_order(seed: int) -> None:
    chance = random.Random(seed)
    widths = [chance.uniform(10, 80) for _ in range(8)]
    wanted = [chance.uniform(-200, 200) for _ in widths]
    places = spread(wanted, widths)
    gaps = [
        after - before - (a + b) / 2 - ASIDE
        for before, after, a, b in zip(
            places, places[1:], widths, widths[1:], strict=False
        )
    ]
    assert min(gaps) > -1e-9
    # No run of boxes that may move together would be nearer elsewhere.
    for first in range(len(places)):
        for last in range(first, len(places)):
            for way in (-1e-3, 1e-3):
                moved = [
                    place + way * (first <= i <= last) for i, place in enumerate(places)
                ]
                edge = first - 1 if way < 0 else last
                free = not 0 <= edge < len(gaps) or gaps[edge] > 1e-3
                assert not free or cost(moved, wanted) > cost(places, wanted)


def cost(places: list[float], wanted: list[float]) -> float:
    return sum((a - b) ** 2 for a, b in zip(places, wanted, strict=True))


def test_places_that_fit_are_those_wanted() -> None:
    assert spread([0.0, 100.0, 300.0], [20.0] * 3) == [0.0, 100.0, 300.0]
    assert spread([5.0, 5.0], [20.0, 20.0]) == [5.0 - 24.0, 5.0 + 24.0]


# Large models ------------------------------------------------------------------------

CHAIN = "model A {{\n  input x: float32[4]\n  repeat {n} {{\n    Dense(4)\n  }}\n}}\n"
BLOCKS = """\
block B {{
  residual {{
    Dense(4)
    Dense(4)
  }}
}}

model A {{
  input x: float32[4]
  repeat {n} {{
    B
  }}
}}
"""


def far(n: int) -> str:
    """Every layer of the first half is also taken by one of the second, the first last."""
    lines = [f"  d{i} = d{i - 1} -> Dense(4)" for i in range(1, n)]
    ups = [
        f"  u{i} = Add({f'u{i + 1}' if i < n - 2 else f'd{n - 1}'}, d{i})"
        for i in range(n - 2, -1, -1)
    ]
    body = "\n".join(["  d0 = x -> Dense(4)", *lines, *ups])
    return f"model A {{\n  input x: float32[4]\n  output y = u0\n{body}\n}}\n"


@pytest.mark.parametrize(
    "text",
    [CHAIN.format(n=2000), BLOCKS.format(n=667), far(1000)],
    ids=["chain", "blocks", "far"],
)
def test_two_thousand_layers_are_drawn(text: str) -> None:
    graph = drawn(spec_of(text), depth=None)
    assert len(graph.nodes) > 2000
    start = time.process_time()
    root = read_svg(svg(graph))
    texts = mermaid(graph), dot(graph)
    assert time.process_time() - start < 15  # about 1 s on one core
    assert len(svg_nodes(root)) == len(graph.nodes)
    assert all(text.count("->") >= len(graph.links) for text in texts)


def test_blocks_forty_deep_are_drawn() -> None:
    text = "".join(f"block B{i} {{\n  B{i + 1}\n}}\n\n" for i in range(38))
    text += "block B38 {\n  Dense(4)\n}\n\nmodel A {\n  input x: float32[4]\n  B0\n}\n"
    graph = drawn(spec_of(text), depth=None)
    assert len(graph.frames) == 39
    check(graph)
    assert drawn(spec_of(text), depth=5).nodes[1].lines[1] == "B5"
