"""What is drawn of a model: every call, folded blocks, shapes, shared weights."""

from __future__ import annotations

import re
from math import prod
from pathlib import Path
from typing import ClassVar

import pytest
from pictures import (
    LANGUAGE,
    ROOT,
    SPECS,
    SVG,
    drawn,
    read_mermaid,
    read_svg,
    spec_of,
)
from pydantic import Field

from specc import ir
from specc.api import load
from specc.catalog.layers.layer import Layer
from specc.check.graph import Step, build_network
from specc.pictures.graph import Graph, Node, graph
from specc.pictures.mermaid import mermaid
from specc.pictures.svg import svg

RESNET = ROOT / "examples/digits_resnet.nnspec"
SIAMESE = LANGUAGE / "shared.nnspec"


def counted(node: Node) -> int:
    """The parameters that a label says."""
    said = (re.match(r"([\d,]+) parameters?", line) for line in node.lines)
    return sum(int(found[1].replace(",", "")) for found in said if found)


def names(drawing: Graph, kind: str) -> list[str]:
    return [node.lines[0] for node in drawing.nodes if node.kind == kind]


@pytest.mark.parametrize(("path", "name"), SPECS, ids=lambda v: getattr(v, "stem", v))
def test_unfolded_every_call_is_a_node(path: Path, name: str | None) -> None:
    checked = load(path).shown(name)
    net, drawing = checked.program.network, drawn(path, name, None)
    assert names(drawing, "input") == [item.name for item in net.inputs]
    assert names(drawing, "output") == [item.name for item in net.outputs]
    calls = [node for node in drawing.nodes if node.kind == "layer"]
    assert [node.tip[0] for node in calls] == [call.name for call in net.calls]
    shapes = ["×".join(map(str, net.edge(call.name).shape)) for call in net.calls]
    assert [node.shape for node in calls] == shapes
    targets = [drawing.nodes[link.target] for link in drawing.links]
    ends = [node.tip[0] for node in targets if node.kind == "layer"]
    for call in net.calls:
        assert ends.count(call.name) == len(call.inputs)
    for link in drawing.links:
        assert link.shape == drawing.nodes[link.source].shape


@pytest.mark.parametrize("depth", [0, 1, 2, None])
@pytest.mark.parametrize(("path", "name"), SPECS, ids=lambda v: getattr(v, "stem", v))
def test_weights_are_counted_once(
    path: Path, name: str | None, depth: int | None
) -> None:
    net = load(path).shown(name).program.network
    total = sum(prod(weight.shape) for weight in net.weights())
    drawing = drawn(path, name, depth)
    assert sum(map(counted, drawing.nodes)) == total
    assert drawing.title == f"{net.name}, {total:,} parameters"


def test_folded_blocks_are_one_node_each() -> None:
    drawing = drawn(RESNET)
    assert [node.lines for node in drawing.nodes if node.kind == "block"] == [
        ("conv_unit_1", "ConvUnit 8, 1", "8×8×1 → 8×8×8", "88 parameters"),
        ("stage_1", "Stage 8", "8×8×8 → 4×4×8", "2,440 parameters"),
        ("stage_2", "Stage 16", "4×4×8 → 2×2×16", "8,336 parameters"),
    ]
    chain = [(link.source, link.target, link.shape) for link in drawing.links]
    shapes = ["8×8×1", "8×8×8", "4×4×8", "2×2×16", "16", "10"]
    assert chain == [(i, i + 1, shape) for i, shape in enumerate(shapes)]
    assert drawing.frames == ()


def test_depth_opens_blocks_level_by_level() -> None:
    drawing = drawn(RESNET, depth=1)
    assert [frame.title for frame in drawing.frames] == [
        "conv_unit_1 · ConvUnit 8, 1 · 88 parameters",
        "stage_1 · Stage 8 · 2,440 parameters",
        "stage_2 · Stage 16 · 8,336 parameters",
    ]
    inner = [n for n in drawing.nodes if n.kind == "block"]
    assert {(n.frame, n.lines[0]) for n in inner} == {
        (stage, f"conv_unit_{number}") for stage in (1, 2) for number in (1, 2, 3, 4)
    }
    # Both ways of a residual come from outside of the stage.
    assert [link.target for link in drawing.links if link.source == 3] == [4, 6]
    whole = drawn(RESNET, depth=None)
    assert whole == drawn(RESNET, depth=2) == drawn(RESNET, depth=9)
    assert len(whole.frames) == 11
    assert {frame.parent for frame in whole.frames} == {None, 1, 6}


def test_shared_weights_are_told_and_coloured() -> None:
    drawing = drawn(SIAMESE, "Siamese")
    by_name = {node.lines[0]: node for node in drawing.nodes if node.kind != "output"}
    assert by_name["enc"].lines[-1] == "296 parameters, shared"
    assert by_name["enc, call 2"].lines[-1] == "weights of enc"
    assert by_name["enc, call 3"].lines[-1] == "weights of enc"
    assert by_name["w"].lines[1:] == ("head: Dense 3, tanh", "18 parameters, shared")
    assert by_name["head_2"].lines[1:] == ("Dense 3, tanh", "weights of head")
    families = {
        number: {name for name, node in by_name.items() if node.family == number}
        for number in {node.family for node in by_name.values()} - {None}
    }
    assert sorted(map(sorted, families.values())) == [
        ["enc", "enc, call 2", "enc, call 3"],
        ["head_2", "w"],
        ["t", "t, call 2"],
    ]
    borrowing = {name for name, node in by_name.items() if node.borrows}
    assert borrowing == {"enc, call 2", "enc, call 3", "t, call 2", "head_2"}
    classes = read_mermaid(mermaid(drawing)).classes
    positions = {node.lines[0]: f"n{i}" for i, node in enumerate(drawing.nodes)}
    assert classes["borrowed"] == {positions[name] for name in borrowing}


def test_what_is_in_a_shared_block_has_its_colour() -> None:
    drawing = drawn(SIAMESE, "Siamese", None)
    for node in drawing.nodes:
        if node.frame is not None and node.family is not None:
            assert node.family == drawing.frames[node.frame].family
    again = [n.lines for n in drawing.nodes if n.tip[0] == "enc/dense_1_2"]
    assert again == [("dense_1_2", "Dense 8, tanh", "weights of dense_1")]
    titles = [frame.title for frame in drawing.frames]
    assert "enc, call 2 · Tower 2, 4 · weights of enc" in titles


def test_calls_of_a_shared_block_are_told_apart_in_a_row() -> None:
    text = """\
block B {
  input -> Dense(4) -> Dense(4)
}

model A {
  input x: float32[4]
  input y: float32[4]
  b = B
  one = x -> b -> b
  output z = Add(one, y) -> b -> Dense(1)
}
"""
    drawing = drawn(spec_of(text))
    assert names(drawing, "block") == ["b", "b, call 2", "b, call 3"]
    links = [(link.source, link.target) for link in drawing.links]
    assert links == [(0, 2), (2, 3), (3, 4), (1, 4), (4, 5), (5, 6), (6, 7)]


def test_a_flow_that_joins_itself_is_drawn_twice() -> None:
    text = "model A {\n input x: float32[4]\n output y = Concatenate(x, x)\n}\n"
    drawing = drawn(spec_of(text))
    assert [(link.source, link.target) for link in drawing.links[:2]] == [(0, 1)] * 2
    paths = [path.get("d") for path in read_svg(svg(drawing)).iter(f"{SVG}path")]
    assert len(set(paths)) == 1 + 3  # that of the arrow's head, and the links


def test_nested_models_fold_like_blocks() -> None:
    drawing = drawn(SIAMESE, "Siamese", 1)
    (frame,) = [i for i, f in enumerate(drawing.frames) if "Encoder6" in f.title]
    inside = [node.lines for node in drawing.nodes if node.frame == frame]
    assert inside == [
        ("dense_1", "Dense 6", "30 parameters"),
        ("encoder_1", "Encoder", "6 → 4", "56 parameters"),
    ]


class Noted(Layer):
    """A layer with free text."""

    keyword: ClassVar[str] = "Noted"
    note: str = Field(description="anything")


def test_free_text_of_arguments_is_made_visible_and_cut() -> None:
    note = 'a"]\n\u202e<&' + "x" * 100
    net = build_network(
        "A", {"x": ((4,), "float32")}, [Step("y", Noted(note=note), ("x",))], {"o": "y"}
    )
    drawing = graph(ir.Program(network=net), ir.Origins())
    said = drawing.nodes[1].lines[1]
    assert said.startswith("Noted note ")
    assert len(said) <= 44
    assert said.endswith("…")
    assert not re.search("[\n\u202e]", "".join((*said, *drawing.nodes[1].tip)))
    read_mermaid(mermaid(drawing))
