"""Graphs of the Keras backend: several inputs and outputs, frozen weights, refusals."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras_programs import assert_near, check_gradients, emit, outputs, run, why_not
from small_programs import batch_of, layer, make, objective, program

from specc.ir import Edge, LayerNode, Phase, Program
from specc.runtime.random import keep_mask
from specc_keras import BACKEND

TANH = make("activation", "tanh")


def wide_and_deep(**training: Any) -> Program:
    """Two inputs, two outputs; one layer feeds both."""
    return program(
        {"wide": (5,), "deep": (6,)},
        [
            ("hidden", layer("Dense", units=4, activation=TANH), "deep"),
            ("joined", layer("Concatenate"), ("wide", "hidden")),
            ("dense_1", layer("Dense", units=1), "joined"),
            ("dense_2", layer("Dense", units=1), "hidden"),
        ],
        outputs={"price": "dense_1", "aux": "dense_2"},
        objectives=[
            objective("price", make("loss", "mse", weight=0.9)),
            objective("aux", make("loss", "mse", weight=0.1)),
        ],
        **training,
    )


def test_inputs_and_outputs_go_by_name() -> None:
    running = run(wide_and_deep())
    batch = batch_of(running.program)
    weights = running.module.export_weights(running.state)
    hidden = np.tanh(batch["deep"] @ weights["hidden/kernel"] + weights["hidden/bias"])
    joined = np.concatenate([batch["wide"], hidden], axis=1)
    expected = {
        "price": joined @ weights["dense_1/kernel"] + weights["dense_1/bias"],
        "aux": hidden @ weights["dense_2/kernel"] + weights["dense_2/bias"],
    }
    found = running.module.predict(running.state, batch)
    model = running.state.model
    called = model({"wide": batch["wide"], "deep": batch["deep"]})
    assert found.keys() == expected.keys() == called.keys()
    for name, array in expected.items():
        assert_near(found[name], array, 1e-14)
        assert_near(called[name], array, 1e-14)
    nodes = outputs(running, batch)
    assert nodes.keys() == {"hidden", "joined", "dense_1", "dense_2"}
    assert_near(nodes["joined"], joined, 1e-14)
    check_gradients(running, batch)


def test_it_is_an_ordinary_keras_model() -> None:
    """It can be trained by Keras itself, saved and loaded."""
    module = run(wide_and_deep()).module
    model = module.build_model()
    owners = {each.name for each in model.layers if each.weights}
    assert owners == {"hidden", "dense_1", "dense_2"}
    x = {"wide": np.ones((8, 5)), "deep": np.ones((8, 6))}
    y = {"price": np.ones((8, 1)), "aux": np.ones((8, 1))}
    model.compile("sgd", {"price": "mse", "aux": "mse"})
    before = model.evaluate(x, y, verbose=0, return_dict=True)["loss"]
    model.fit(x, y, epochs=3, verbose=0)
    assert model.evaluate(x, y, verbose=0, return_dict=True)["loss"] < before


def test_what_is_written_here_can_be_saved(tmp_path: Any) -> None:
    tested = program(
        {"x": (3, 4)},
        [
            ("bn", layer("BatchNormalization", axis=[1, 2]), "x"),
            ("flat", layer("Flatten"), "bn"),
            (
                "leaky",
                layer(
                    "Dense",
                    units=5,
                    activation=make("activation", "leaky_relu", negative_slope=0.3),
                    kernel_regularizer=make("regularizer", "l1_l2"),
                    bias_regularizer=make("regularizer", "l1"),
                    kernel_constraint=make("constraint", "max_norm"),
                ),
                "flat",
            ),
            ("drop", layer("AlphaDropout", rate=0.1), "leaky"),
            ("drop2", layer("Dropout", rate=0.1), "drop"),
            (
                "elu",
                layer(
                    "Dense",
                    units=2,
                    activation=make("activation", "elu", alpha=0.4),
                    kernel_regularizer=make("regularizer", "l2", factor=0.02),
                ),
                "drop2",
            ),
        ],
    )
    running = run(tested, "float32")
    file = tmp_path / "model.keras"
    running.state.model.save(file)
    loaded = keras.saving.load_model(file)
    x = batch_of(tested)["x"].astype("float32")
    assert (np.asarray(loaded(x)) == np.asarray(running.state.model(x))).all()
    assert float(sum(loaded.losses)) == pytest.approx(
        float(running.module.penalty(running.state.model)), rel=1e-6
    )
    assert loaded.get_layer("leaky").kernel.constraint is not None


def test_inputs_that_nothing_or_everything_depends_on() -> None:
    """An idle input, an input that is an output, one node that is two outputs."""
    tested = program(
        {"x": (3,), "idle": (2,)},
        [("d", layer("Dense", units=2), "x")],
        outputs={"same": "x", "one": "d", "two": "d"},
        objectives=[
            objective("one"),
            objective("two", make("loss", "mse", weight=3.0)),
        ],
    )
    running = run(tested)
    batch = batch_of(tested)
    found = running.module.predict(running.state, batch)
    assert (found["same"] == batch["x"]).all()
    assert (found["one"] == found["two"]).all()
    assert outputs(running, batch).keys() == {"d"}
    check_gradients(running, batch)


def test_an_autoencoder_takes_its_input_for_a_target() -> None:
    tested = program(
        {"image": (4, 3)},
        [
            ("flat", layer("Flatten"), "image"),
            ("code", layer("Dense", units=2), "flat"),
            ("out", layer("Dense", units=12), "code"),
        ],
        objectives=[objective("y", target="image")],
    )
    running = run(tested)
    batch = {
        "image": np.random.default_rng(0).normal(size=(5, 4, 3)),
        "ids": np.arange(5),
    }
    predicted = running.module.predict(running.state, batch)["y"]
    expected = ((predicted - batch["image"].reshape(5, 12)) ** 2).mean()
    found = running.module.evaluate_step(running.state, batch)["loss"]
    assert_near(found, expected, 1e-13)


def test_a_weight_that_no_loss_depends_on_has_gradient_zero() -> None:
    tested = program(
        {"x": (3,)},
        [("a", layer("Dense", units=2), "x"), ("b", layer("Dense", units=2), "x")],
        outputs={"y": "a", "other": "b"},
        objectives=[objective("y")],
    )
    running = run(tested)
    raw, _ = running.module.gradients(running.state, batch_of(tested), 0)
    assert raw.keys() == {"a/kernel", "a/bias", "b/kernel", "b/bias"}
    assert not np.asarray(raw["b/kernel"]).any()


def test_layers_that_lead_nowhere_are_refused() -> None:
    tested = program(
        {"x": (3,)},
        [
            ("used", layer("Dense", units=2), "x"),
            ("idle", layer("Dense", units=2), "x"),
        ],
        outputs={"y": "used"},
    )
    assert why_not(tested).startswith("idle: no output depends on it")


def changed(tested: Program, **fields: Any) -> Program:
    """The program with fields of the weights of its first layer changed."""
    first, *rest = tested.network.layers
    weights = tuple(weight.model_copy(update=fields) for weight in first.weights)
    layers: tuple[LayerNode, ...] = (
        first.model_copy(update={"weights": weights}),
        *rest,
    )
    network = tested.network.model_copy(update={"layers": layers})
    return tested.model_copy(update={"network": network})


def test_rates_of_single_weights_are_refused() -> None:
    tested = program({"x": (3,)}, [("d", layer("Dense", units=2), "x")])
    assert why_not(changed(tested, rate=0.5)).startswith("d: Keras's optimizers")


@pytest.mark.parametrize("how", ["phase", "weight"])
@pytest.mark.parametrize("slots", [("kernel", "bias"), ("bias",)])
def test_frozen_weights_stay(how: str, slots: tuple[str, ...]) -> None:
    """They have no gradient, no slot and no penalty, and no constraint moves them."""
    penalty = make("regularizer", "l2", factor=0.1)
    frozen = tuple(f"a/{slot}" for slot in slots)
    tested = program(
        {"x": (3,)},
        [
            (
                "a",
                layer(
                    "Dense",
                    units=4,
                    kernel_regularizer=penalty,
                    bias_regularizer=penalty,
                    bias_constraint=make("constraint", "max_norm", max_value=0.01),
                ),
                "x",
            ),
            ("b", layer("Dense", units=2, kernel_regularizer=penalty), "a"),
        ],
        optimizer=make("optimizer", "adam"),
        frozen=frozen if how == "phase" else (),
    )
    if how == "weight":
        node, *rest = tested.network.layers
        weights = tuple(
            weight.model_copy(update={"trainable": weight.path not in frozen})
            for weight in node.weights
        )
        layers = (node.model_copy(update={"weights": weights}), *rest)
        network = tested.network.model_copy(update={"layers": layers})
        tested = tested.model_copy(update={"network": network})
    running = run(tested)
    module, state = running.module, running.state
    before = module.export_state(state)
    trained = {"a/kernel", "a/bias", "b/kernel", "b/bias"} - set(frozen)
    batch = batch_of(tested)
    raw, _ = module.gradients(state, batch, 0)
    assert raw.keys() == trained
    module.train_step(state, batch, 0)
    after = module.export_state(state)
    for path in ("a/kernel", "a/bias", "b/kernel", "b/bias"):
        assert (after[path] == before[path]).all() == (path in frozen)
    assert {name[19:] for name in after if name.startswith("optimizer/velocity/")} == (
        trained
    )
    penalized = {"a/kernel", "a/bias", "b/kernel"} - set(frozen)
    expected = sum(0.1 * (after[path] ** 2).sum() for path in penalized)
    assert_near(float(module.penalty(state.model)), expected, 1e-13)


def test_lines_of_nodes_are_where_the_layers_are() -> None:
    emission = emit(wide_and_deep())
    lines = emission.text.split("\n")
    for node, (first, last) in emission.lines.items():
        assert f'name="{node}"' in "\n".join(lines[first - 1 : last])


def test_a_model_alone_predicts() -> None:
    tested = wide_and_deep().model_copy(update={"training": None})
    running = run(tested)
    weights = running.module.export_weights(running.state)
    batch = {"wide": np.ones((2, 5)), "deep": np.ones((2, 6))}
    hidden = np.tanh(batch["deep"] @ weights["hidden/kernel"] + weights["hidden/bias"])
    found = running.module.predict(running.state, batch)
    aux = hidden @ weights["dense_2/kernel"] + weights["dense_2/bias"]
    assert_near(found["aux"], aux, 1e-14)
    with pytest.raises(ValueError, match="float16"):
        running.module.init_state(dtype="float16")
    with pytest.raises(ValueError, match="no device gpu:7"):
        running.module.init_state(device="gpu:7")


def test_sizes_known_at_run_time() -> None:
    """Two lengths of sequences go through one compiled step."""
    tested = program(
        {"x": ("time", 3)},
        [
            ("a", layer("Dense", units=4, activation=TANH), "x"),
            ("bn", layer("BatchNormalization"), "a"),
            ("drop", layer("Dropout", rate=0.4), "bn"),
            ("b", layer("Dense", units=2), "drop"),
        ],
    )
    running = run(tested)
    for length in (4, 7):
        batch = batch_of(tested, time=length)
        keep = keep_mask(7, "drop/keep", (5, length, 4), 0.4, 2)
        nodes = outputs(running, batch, training=True, step=2)
        assert_near(nodes["drop"], keep * nodes["bn"] / 0.6, 1e-14)
        running.module.train_step(running.state, batch, 2)
    assert set(running.state.compiled) == {"nodes", "update_weights"}


def test_whole_number_inputs_become_floating_point() -> None:
    tested = program({"x": (3,)}, [("d", layer("Dense", units=2), "x")])
    edges = (Edge(name="x", shape=(3,), dtype="int64"), tested.network.edges[1])
    network = tested.network.model_copy(update={"edges": edges})
    running = run(tested.model_copy(update={"network": network}))
    x = np.arange(6).reshape(2, 3)
    weights = running.module.export_weights(running.state)
    found = running.module.predict(running.state, {"x": x})["y"]
    assert found.dtype == np.float64
    assert_near(found, x @ weights["d/kernel"] + weights["d/bias"], 1e-14)


def test_phases_are_the_only_thing_taken_for_granted() -> None:
    """A plan describes itself in plain data, refused or not."""
    tested = wide_and_deep()
    described = BACKEND.plan(tested).describe()
    assert described["nodes"]["joined"]["inputs"] == ["wide", "hidden"]
    assert described["obstacles"] == []
    assert isinstance(tested.training and tested.training.phases[0], Phase)


def test_a_model_may_be_deeper_than_python_calls_go() -> None:
    """Keras recurses through a model; 1200 layers are beyond the usual 1000 calls."""
    names = [f"tanh_{number}" for number in range(1200)]
    before = ["x", *names]
    chain = [
        (name, layer("Activation", activation=TANH), source)
        for name, source in zip(names, before[:-1], strict=True)
    ]
    running = run(program({"x": (2,)}, chain, outputs={"y": names[-1]}))
    assert len(running.module.build_model().layers) == 1201
