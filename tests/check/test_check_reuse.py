"""Parts of trained models: which layers are taken, and what they are in a model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from specc.diagnostics.model import Source
from specc.ir import Network
from specc.pipeline import Checked, check_source

OLD = """\
block Stage(size: int) {
  Dense(size)
  BatchNormalization
}
model Old {
  input x: float32[4]
  h1 = Dense(8)
  stage = Stage(6)
  h2 = Dense(5)
  head = Dense(1)
}
model Forked {
  input left: float32[2]
  input right: float32[3]
  join = Concatenate(left, right)
  up = join -> Dense(4)
  down = join -> Dense(4)
  sum = Add(up, down)
  output y = sum -> Dense(1)
}
data D {
  source = csv("d.csv")
  input x = columns("a", "b", "c", "d")
  target output = column("y")
}
data E {
  source = csv("d.csv")
  input left = columns("a", "b")
  input right = columns("b", "c", "d")
  target y = column("y")
}
train old: Old on D { loss = mse; optimizer = sgd(0.1); epochs = 1 }
train forked: Forked on E { loss = mse; optimizer = sgd(0.1); epochs = 1 }
"""
SMALL = Path(__file__).parents[1] / "language/files/runs/small"


def checked(model: str, name: str = "spec.nnspec") -> Checked:
    """What the check makes of a model called New beside trainings."""
    return check_source(Source(name, f"{OLD}model New {{\n{model}\n}}\n"))


def new(model: str, name: str = "spec.nnspec") -> Network:
    """The network of a model called New, which has no problem."""
    found = checked(model, name)
    assert not found.failed, [problem.message for problem in found.problems]
    return next(m.program.network for m in found.models if m.name == "New")


def calls(network: Network) -> list[str]:
    """The names of the calls, in their order."""
    return [call.name for call in network.calls]


BN = "stage/batch_normalization_1"


@pytest.mark.parametrize(
    ("part", "taken"),
    [
        ("old to h1", ["h1"]),
        ('old to "stage/dense_1"', ["h1", "stage/dense_1"]),
        ("old to stage", ["h1", "stage/dense_1", BN]),
        ("old", ["h1", "stage/dense_1", BN, "h2", "head"]),
        ('old except "head"', ["h1", "stage/dense_1", BN, "h2"]),
        ('old except "head", "h2"', ["h1", "stage/dense_1", BN]),
        ('old to head except "h1"', ["stage/dense_1", BN, "h2", "head"]),
    ],
)
def test_which_layers_are_taken(part: str, taken: list[str]) -> None:
    size = 8 if 'h1"' in part else 4
    network = new(f"  input x: float32[{size}]\n  reuse body = {part}\n  Dense(3)")
    assert calls(network) == [*(f"body/{name}" for name in taken), "dense_1"]


@pytest.mark.parametrize(
    ("part", "size", "taken"),
    [
        ("old from h2 to h2", 6, ["h2"]),
        ("old from stage to stage", 8, ["stage/dense_1", BN]),
        ("old from h2", 6, ["h2", "head"]),
        ('old from "stage/dense_1" to h2', 8, ["stage/dense_1", BN, "h2"]),
    ],
)
def test_a_part_from_the_middle(part: str, size: int, taken: list[str]) -> None:
    network = new(f"  input x: float32[{size}]\n  reuse body = {part}\n  Dense(3)")
    assert calls(network) == [*(f"body/{name}" for name in taken), "dense_1"]


def test_where_every_array_comes_from() -> None:
    network = new("  reuse body = old to stage\n  Dense(3)")
    (part,) = network.reused
    assert (part.name, part.training, part.run, part.source) == (
        *("body", "old", None),
        "old",
    )
    found = {array.path: array.source for array in part.arrays}
    assert found == {f"body/{path}": path for path in found.values()}
    slots = ("gamma", "beta", "moving_mean", "moving_variance")
    assert set(found.values()) == {
        *("h1/kernel", "h1/bias", "stage/dense_1/kernel", "stage/dense_1/bias"),
        *(f"{BN}/{slot}" for slot in slots),
    }
    assert network.taken("dense_1/kernel") is None


def test_a_model_without_inputs_has_those_of_the_part() -> None:
    network = new("  reuse body = old to h1\n  Dense(3)")
    assert [item.name for item in network.inputs] == ["x"]
    assert network.edge("x").shape == (4,)
    network = new(
        "  reuse body = forked to sum\n  output y = body(left, right) -> Dense(2)"
    )
    assert [item.name for item in network.inputs] == ["left", "right"]
    assert network.edge("body/sum").shape == (4,)


def test_what_comes_in_beside_the_first_layer_is_an_input_too() -> None:
    network = new(
        "  input j: float32[5]\n  input d: float32[4]\n"
        "  reuse body = forked from up to sum\n  output y = body(j, d) -> Dense(2)"
    )
    assert calls(network) == ["body/up", "body/sum", "y"]
    assert network.calls[1].inputs == ("body/up", "d")


def test_a_part_is_called_again_with_the_same_weights() -> None:
    network = new(
        "  input a: float32[4]\n  input b: float32[4]\n  reuse body = old to h1\n"
        "  output y = Concatenate(one, two) -> Dense(1)\n"
        "  one = a -> body\n  two = b -> body"
    )
    assert [c.layer for c in network.calls[:2]] == ["body/h1", "body/h1"]
    assert len([n for n in network.layers if n.name == "body/h1"]) == 1


def test_copies_in_a_repetition_are_apart() -> None:
    network = new(
        "  input x: float32[4]\n"
        "  repeat 2 { Dense(4); reuse body = old to h1 }\n  Dense(3)"
    )
    assert [part.name for part in network.reused] == ["body_1", "body_2"]


def test_layers_keep_their_regularizers_and_no_defaults_reach_them() -> None:
    text = OLD.replace("h1 = Dense(8)", "h1 = Dense(8, kernel_regularizer = l2(0.5))")
    text += "model New {\n  defaults Dense { activation = relu }\n"
    text += "  reuse body = old to h1\n  Dense(3)\n}\n"
    found = check_source(Source("spec.nnspec", text))
    network = next(m.program.network for m in found.models if m.name == "New")
    layer = network.layer("body/h1").layer
    assert layer.kernel_regularizer.factor == 0.5
    assert layer.activation.keyword == "linear"
    assert network.layer("dense_1").layer.activation.keyword == "relu"


def test_an_image_of_another_size_under_kernels_that_slide() -> None:
    text = """\
model Seeing {
  input image: float32[8, 8, 1]
  Conv2D(4, 3, activation = relu)
  pooled = GlobalAveragePooling2D
  Dense(3, activation = softmax)
}
data D { source = npz("d.npz"); target label = array("label") }
train seeing: Seeing on D {
  loss = sparse_categorical_crossentropy; optimizer = sgd(0.1); epochs = 1
}
model Wider {
  input image: float32[12, 16, 1]
  reuse eyes = seeing to pooled
  Dense(2)
}
"""
    found = check_source(Source("spec.nnspec", text))
    assert not found.failed
    wider = next(m.program.network for m in found.models if m.name == "Wider")
    assert wider.edge("eyes/conv2d_1").shape == (10, 14, 4)


def test_a_part_of_a_run(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "small")
    model = '  reuse body = from "small" to hidden\n  Dense(2)'
    network = new(model, str(tmp_path / "spec.nnspec"))
    (part,) = network.reused
    assert (part.training, part.run, part.source) == ("Small", "small", "./small")
    assert [item.name for item in network.inputs] == ["features"]


def _without_layers(data: dict[str, Any]) -> None:
    data["network"]["layers"].pop()


def _with_another_shape(data: dict[str, Any]) -> None:
    data["network"]["layers"][0]["weights"][0]["shape"] = [2, 2]


def _from_nowhere(data: dict[str, Any]) -> None:
    data["network"]["calls"][0]["inputs"] = ["nowhere"]


def _alone(data: dict[str, Any]) -> None:
    data["training"] = None


@pytest.mark.parametrize(
    "damage", [_without_layers, _with_another_shape, _from_nowhere, _alone]
)
def test_a_damaged_run_is_told_at_its_name(
    tmp_path: Path, damage: Callable[[dict[str, Any]], None]
) -> None:
    data = json.loads((SMALL / "ir.json").read_text("utf-8"))
    damage(data)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/ir.json").write_text(json.dumps(data), encoding="utf-8")
    text = 'model New {\n  reuse body = from "bad" to hidden\n  Dense(2)\n}\n'
    (problem,) = check_source(Source(str(tmp_path / "spec.nnspec"), text)).problems
    assert problem.rule == "run-unreadable"
    assert problem.span is not None
    assert text[problem.span.start : problem.span.end] == '"bad"'


def test_a_part_of_an_imported_training(tmp_path: Path) -> None:
    (tmp_path / "old.nnspec").write_text(OLD, encoding="utf-8")
    text = 'import "old.nnspec"\nmodel New {\n  reuse body = old to h1\n  Dense(2)\n}\n'
    found = check_source(Source(str(tmp_path / "spec.nnspec"), text))
    assert not found.failed
    names = [item.name for item in found.models]
    assert "New" in names


def test_trainings_in_a_row() -> None:
    text = OLD
    for number, before in enumerate(["old to h1", "t0 to y", "t1 to y"]):
        text += f"model M{number} {{\n  reuse body = {before}\n  y = Dense(4)\n}}\n"
        text += f"train t{number}: M{number} on D {{ loss = mse; optimizer = sgd(0.1)\n"
        text += "  epochs = 1 }\n"
    found = check_source(Source("spec.nnspec", text))
    last = next(m.program.network for m in found.models if m.name == "M2")
    assert calls(last)[0] == "body/body/body/h1"
    (part,) = last.reused
    assert part.arrays[0].source == "body/body/h1/kernel"


def test_the_depth_of_a_row_is_bounded() -> None:
    text = OLD
    for number in range(60, 0, -1):
        before = f"t{number - 1} to y" if number > 1 else "old to h1"
        text += f"model M{number} {{\n  reuse body = {before}\n  y = Dense(4)\n}}\n"
        text += f"train t{number}: M{number} on D {{ loss = mse; optimizer = sgd(0.1)\n"
        text += "  epochs = 1 }\n"
    found = check_source(Source("spec.nnspec", text))
    assert "too-much-work" in [problem.rule for problem in found.problems]


def test_the_size_of_copies_is_bounded() -> None:
    text = OLD
    for number in range(40):
        before = f"t{number - 1}" if number else "old"
        flows = "a = x -> body\n  b = a -> Dense(4) -> body\n  output y = b -> Dense(4)"
        end = "to y" if number else "to h1"
        text += f"model M{number} {{\n  input x: float32[4]\n"
        text += f"  reuse body = {before} {end}\n  {flows}\n}}\n"
        text += f"train t{number}: M{number} on D {{ loss = mse; optimizer = sgd(0.1)\n"
        text += "  epochs = 1 }\n"
    text = text.replace("target output = ", "target y = ")
    found = check_source(Source("spec.nnspec", text))
    assert "too-much-work" in [problem.rule for problem in found.problems]
