"""What the reference backend writes: complete, formatted, standing on its own."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reference_programs import module_of
from small_programs import batch_of, layer, make, objective, program
from test_reference_models import MODELS, image_classifier

from specc.catalog.registry import catalog
from specc.ir import Program, Training
from specc.live import load
from specc_reference import BACKEND, probe

FAMILIES = (
    "layer",
    "activation",
    "initializer",
    "regularizer",
    "constraint",
    "loss",
    "metric",
    "optimizer",
    "schedule",
    "callback",
)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_construct_has_a_lowering(family: str) -> None:
    known = {lowering.kind for lowering in BACKEND.table}
    assert set(catalog().family(family).values()) <= known


def text_of(tested: Program) -> str:
    return BACKEND.emit(BACKEND.plan(tested)).text


def optimizers_and_rest() -> Program:
    """What the other models lack: clipping, constraints, schedules, stopping."""
    bound = make("constraint", "max_norm", max_value=1.0, axis=[0])
    rule = make(
        "optimizer",
        "nadam",
        global_clipnorm=0.5,
        learning_rate={
            "kind": "exponential_decay",
            "initial": 0.01,
            "rate": 0.1,
            "every": {"value": 2.0, "unit": "epochs"},
            "update": "epoch",
        },
    )
    stop = make("callback", "early_stopping", patience={"value": 3.0, "unit": "epochs"})
    steps = [
        (
            "a_rather_long_name_of_a_layer_that_makes_lines_break",
            layer(
                "Dense",
                units=3,
                activation={"kind": "leaky_relu", "negative_slope": 0.01},
                kernel_initializer={"kind": "he_normal"},
                kernel_constraint=bound,
                kernel_regularizer=make("regularizer", "l1", factor=0.01),
            ),
            "x",
        ),
        (
            "y",
            layer("Dense", units=1),
            "a_rather_long_name_of_a_layer_that_makes_lines_break",
        ),
    ]
    return program(
        {"x": (4,)}, steps, optimizer=rule, callbacks=(stop,), batch_size=4, epochs=3
    )


ALL = [*MODELS, optimizers_and_rest]


@pytest.mark.parametrize("build", ALL)
def test_linter_and_formatter_find_nothing(build: Any, tmp_path: Path) -> None:
    file = tmp_path / "emitted.py"
    file.write_text(text_of(build()), encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    rules = ["--extend-select", "I,UP,B"]
    for command in (
        ["check", "--isolated", *rules],
        ["format", "--isolated", "--check"],
    ):
        done = subprocess.run(
            [*ruff, *command, str(file)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("build", ALL)
def test_text_imports_neither_specc_nor_a_framework(build: Any) -> None:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text_of(build()))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    assert found <= {"numpy", "safetensors", *sys.stdlib_module_names}


def test_text_runs_on_its_own(tmp_path: Path) -> None:
    tested = optimizers_and_rest()
    (tmp_path / "model.py").write_text(text_of(tested), encoding="utf-8")
    rows = batch_of(tested, rows=10)
    arrays = {name: rows[name] for name in ("x", "y_target")}
    held = {f"val_{name}": array for name, array in arrays.items()}
    np.savez(tmp_path / "data.npz", **arrays, **held)
    blocked = "import sys; sys.modules['specc'] = sys.modules['specc_reference'] = None"
    run = f"{blocked}; sys.argv[0] = 'model.py'; import model; model.main()"
    done = subprocess.run(
        [sys.executable, "-c", run, "data.npz"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *epochs, last = done.stdout.splitlines()
    assert len(epochs) == 3
    assert last == "weights in weights.safetensors"
    assert (tmp_path / "weights.safetensors").stat().st_size > 0


def test_head_states_the_formulas_that_are_used() -> None:
    tested = image_classifier()
    head = ast.get_docstring(ast.parse(text_of(tested))) or ""
    words = " ".join(head.split())
    for keyword in ("BatchNormalization", "MaxPooling2D", "Add"):
        assert f"{keyword}: {catalog().find('layer', keyword).formula}" in words
    assert "AlphaDropout" not in words


def test_lines_of_each_node_are_those_that_add_it() -> None:
    tested = image_classifier()
    emission = BACKEND.emit(BACKEND.plan(tested))
    text = emission.text.split("\n")
    assert emission.lines.keys() == {call.name for call in tested.network.calls}
    for name, (first, last) in emission.lines.items():
        written = "".join(line.strip() for line in text[first - 1 : last])
        assert written.startswith("model.add(")
        assert f'"{name}"' in written.split(",")[0]
        assert written.endswith(")")


def test_model_alone_is_written_without_training() -> None:
    tested = image_classifier().model_copy(update={"training": None})
    module = load(text_of(tested), "reference_model_alone")
    model = module.build_model("float64")
    edges = model.forward({"image": np.zeros((2, 5, 6, 2))}).edges
    assert edges["y"].shape == (2, 3)
    assert not hasattr(module, "train_step")


def test_precision_is_float64_whatever_the_spec_says() -> None:
    tested = image_classifier()
    assert tested.training is not None
    assert tested.training.precision == "float32"
    module = module_of(tested)
    assert module.PRECISION == "float64"
    for dtype, device in (("float32", "cpu"), ("float64", "cuda")):
        with pytest.raises(ValueError, match="float64 on the cpu"):
            module.build_model(dtype, device)
        with pytest.raises(ValueError, match="float64 on the cpu"):
            module.init_state(dtype, device)


def test_a_seed_gives_its_own_weights() -> None:
    module = module_of(image_classifier())
    first, second = module.build_model(), module.build_model(seed=8)
    assert np.array_equal(
        first.weights()["first/kernel"], module.initial_weights(7)["first/kernel"]
    )
    assert not np.array_equal(
        first.weights()["first/kernel"], second.weights()["first/kernel"]
    )


# Refusals ------------------------------------------------------------------------


def in_training(tested: Program, **changes: Any) -> Program:
    assert isinstance(tested.training, Training)
    return tested.model_copy(
        update={"training": tested.training.model_copy(update=changes)}
    )


def test_masks_of_time_steps_are_refused() -> None:
    tested = image_classifier()
    edges = [
        edge.model_copy(update={"mask": "image"}) if edge.name == "flat" else edge
        for edge in tested.network.edges
    ]
    network = tested.network.model_copy(update={"edges": tuple(edges)})
    changed = tested.model_copy(update={"network": network})
    (obstacle,) = BACKEND.obstacles(changed)
    assert obstacle.owner == "flat"


def test_plan_describes_itself() -> None:
    described = BACKEND.plan(image_classifier()).describe()
    assert described["loss_edges"] == {"y": "y.preactivation"}
    assert described["obstacles"] == []


# Probe ---------------------------------------------------------------------------


@pytest.mark.parametrize("build", MODELS)
@pytest.mark.parametrize("training", [True, False])
def test_probe_sees_every_node_and_leaves_buffers(build: Any, training: bool) -> None:
    probe.configure(1)
    tested = build()
    emission = BACKEND.emit(BACKEND.plan(tested))
    module = load(emission.text, "reference_probed")
    state, batch = module.init_state(), batch_of(tested)
    before = module.export_weights(state)
    outputs = probe.node_outputs(module, emission, state, batch, training, 3)
    assert outputs.keys() == {call.name for call in tested.network.calls}
    for name, array in outputs.items():
        assert array.shape == (5, *tested.network.edge(name).shape)
    raw, clipped, logs = probe.raw_gradients(module, state, batch, 3)
    assert raw.keys() == clipped.keys() == state.model.weights().keys()
    assert logs == module.gradients(state, batch, 3)[1]
    module.import_weights(state, before)
    raw_again, _ = module.gradients(state, batch, 3)
    assert all(np.array_equal(raw[path], raw_again[path]) for path in raw)
    module.import_weights(state, before)
    probe.node_outputs(module, emission, state, batch, True, 0)
    probe.raw_gradients(module, state, batch, 0)
    after = module.export_weights(state)
    assert all(np.array_equal(before[path], after[path]) for path in before)


def test_probe_shows_clipped_gradients_and_penalties() -> None:
    tested = optimizers_and_rest()
    module, batch = module_of(tested), batch_of(tested)
    state = module.init_state()
    raw, clipped, _ = probe.raw_gradients(module, state, batch, 0)
    norm = np.sqrt(sum((g**2).sum() for g in raw.values()))
    assert norm > 0.5
    for path, gradient in raw.items():
        assert clipped[path] == pytest.approx(gradient * 0.5 / norm, rel=1e-12)
    (kernel, *_) = (w for p, w in state.model.weights().items() if p.startswith("a_"))
    expected = 0.01 * np.abs(kernel).sum()
    assert probe.penalty(module, state) == pytest.approx(expected, rel=1e-12)
    plain = program({"x": (4,)}, [("y", layer("Dense", units=1), "x")])
    other = module_of(plain)
    assert probe.penalty(other, other.init_state()) == 0.0


def test_from_logits_takes_the_output_as_it_is() -> None:
    loss = make("loss", "binary_crossentropy", from_logits=True)
    asked = objective("y", loss, metrics=(make("metric", "accuracy"),))
    tested = program({"x": (4,)}, [("y", layer("Dense", units=1), "x")], None, [asked])
    (it,) = module_of(tested).OBJECTIVES
    assert it.loss.logits
    assert it.loss_edge == "y"
    assert it.metrics["accuracy"].threshold == 0.0
