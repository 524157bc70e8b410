"""The same nodes and links in every format, escaped as each asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from pictures import (
    ROOT,
    SPECS,
    SVG,
    drawn,
    read_dot,
    read_mermaid,
    read_svg,
    svg_nodes,
)

from specc.api import load
from specc.pictures import GRAPHS, SCHEDULES
from specc.pictures.dot import dot
from specc.pictures.graph import Graph, Link, Node
from specc.pictures.mermaid import mermaid
from specc.pictures.svg import svg

GOLDEN = Path(__file__).parent / "golden"
DEPTHS = (0, 1, None)
SUFFIXES = {"mermaid": "mmd", "dot": "dot", "svg": "svg", "text": "txt"}


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize(("path", "name"), SPECS, ids=lambda v: getattr(v, "stem", v))
def test_every_format_draws_the_same(
    path: Path, name: str | None, depth: int | None
) -> None:
    graph = drawn(path, name, depth)
    nodes = {f"n{i}": list(node.lines) for i, node in enumerate(graph.nodes)}
    links = [(f"n{a.source}", f"n{a.target}", a.shape) for a in graph.links]
    frames = sorted(frame.title for frame in graph.frames)
    for seen in (read_mermaid(mermaid(graph)), read_dot(dot(graph))):
        assert seen.nodes == nodes
        assert seen.links == links
        assert sorted(seen.frames) == frames
    root = read_svg(svg(graph))
    assert svg_nodes(root) == list(nodes.values())
    titles = [g.findtext(f"{SVG}text") for g in root.iter(f"{SVG}g")]
    assert {*frames} <= {*titles}
    said = root.findtext(f"{SVG}desc") or ""
    assert all(lines[0] in said for lines in nodes.values())


@pytest.mark.parametrize("depth", [0, None], ids=["fold", "unfold"])
@pytest.mark.parametrize("form", GRAPHS)
def test_a_model_is_drawn_as_written_down(form: str, depth: int | None) -> None:
    file = GOLDEN / f"{'small' if depth == 0 else 'open'}.{SUFFIXES[form]}"
    text = load(ROOT / "tests/graph/small.nnspec").graph(format=form, depth=depth)
    assert text == file.read_text(encoding="utf-8"), f"look at it, then write {file}"


@pytest.mark.parametrize("form", SCHEDULES)
def test_a_schedule_is_drawn_as_written_down(form: str) -> None:
    file = GOLDEN / f"schedule.{SUFFIXES[form]}"
    spec = load(ROOT / "examples/wine_softmax.nnspec")
    text = spec.schedule(format=form, steps_per_epoch=7)
    assert text == file.read_text(encoding="utf-8"), f"look at it, then write {file}"


def test_there_are_no_other_formats() -> None:
    spec = load(ROOT / "tests/graph/small.nnspec")
    with pytest.raises(ValueError, match="'png' is none of mermaid, dot, svg"):
        spec.graph(format="png")
    with pytest.raises(ValueError, match="'dot' is none of text, svg, mermaid"):
        spec.schedule(format="dot")


# Texts that mean something to a format ----------------------------------------------

HOSTILE = [
    '"]; n9[x',
    'a"]:::b',
    "</text><script>alert(1)</script>",
    "&lt;b&gt; &amp; & #35; #quot;",
    "\\N \\G \\n \\",
    "%%{init: {'theme': 'dark'}}%%",
    "`**bold**` _it_ 1. - *",
    "style x:#fff;",
    "classDef a fill:#f00;",
    "end",
    "click n0 href",
    "|a| --> b -.- c",
    "\u00e9\u00df 漢字 🙂 ∑",
    "]]>",
    "--><!--",
    "'",
    "{{}} () [] <br/>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_leaves_its_label(text: str) -> None:
    node = Node("layer", (text, "second"), text, (text,))
    graph = Graph(text, (node, node), (), (Link(0, 1, text),))
    for seen in (read_mermaid(mermaid(graph)), read_dot(dot(graph))):
        assert seen.nodes == {"n0": [text, "second"], "n1": [text, "second"]}
        assert seen.links == [("n0", "n1", text)]
    root = read_svg(svg(graph))
    assert svg_nodes(root) == [[text, "second"]] * 2
    assert root.findtext(f"{SVG}title") == text


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\u202e", "\ud800", "\ufffe"])
def test_what_cannot_be_shown_is_named(character: str) -> None:
    from specc.pictures import words

    said = words.clean(f"a{character}b\nc")
    assert said == f"a<U+{ord(character):04X}>b c"
    node = Node("layer", (said,), "1", (said,))
    root = read_svg(svg(Graph("t", (node,), (), ())))
    assert svg_nodes(root) == [[said]]
