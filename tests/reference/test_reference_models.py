"""Whole models of the reference backend: gradients, figures, state, several outputs."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from reference_programs import assert_gradient, module_of, numerical
from small_programs import batch_of, layer, make, objective, program, randomize

from specc.ir import Call, Edge, Program

ELU = {"kind": "elu"}
SOFTMAX = {"kind": "softmax"}
SIGMOID = {"kind": "sigmoid"}


def image_classifier() -> Program:
    """Convolutions, pooling, normalization, dropout, a shortcut, softmax on logits."""
    small = make("regularizer", "l1_l2", l1=0.01, l2=0.02)
    same = {"kernel_size": 3, "padding": "same"}
    steps = [
        (
            "first",
            layer("Conv2D", filters=4, strides=2, activation=ELU, **same),
            "image",
        ),
        ("norm", layer("BatchNormalization", momentum=0.9), "first"),
        ("body", layer("Conv2D", filters=4, groups=2, use_bias=False, **same), "norm"),
        ("joined", layer("Add"), ("norm", "body")),
        ("after", layer("Activation", activation={"kind": "selu"}), "joined"),
        ("pooled", layer("MaxPooling2D", pool_size=2, strides=1), "after"),
        ("mean", layer("GlobalAveragePooling2D"), "after"),
        ("flat", layer("Flatten"), "pooled"),
        ("wide", layer("Concatenate"), ("flat", "mean")),
        ("dropped", layer("Dropout", rate=0.3), "wide"),
        (
            "y",
            layer("Dense", units=3, activation=SOFTMAX, kernel_regularizer=small),
            "dropped",
        ),
    ]
    loss = make("loss", "sparse_categorical_crossentropy")
    asked = objective("y", loss, logits=True, metrics=(make("metric", "accuracy"),))
    return program({"image": (5, 6, 2)}, steps, objectives=[asked])  # type: ignore[arg-type]


def two_heads() -> Program:
    """Two inputs and two outputs, one of which feeds the other after its sigmoid."""
    steps = [
        ("hidden", layer("Dense", units=5, activation={"kind": "tanh"}), "deep"),
        ("yes", layer("Dense", units=2, activation=SIGMOID), "hidden"),
        ("joined", layer("Concatenate"), ("wide", "hidden", "yes")),
        ("price", layer("Dense", units=1), "joined"),
    ]
    smooth = make("loss", "binary_crossentropy", weight=0.3, label_smoothing=0.1)
    asked = [
        objective(
            "price", make("loss", "mse", weight=0.9), metrics=(make("metric", "mae"),)
        ),
        objective("yes", smooth, logits=True, metrics=(make("metric", "accuracy"),)),
    ]
    return program(
        {"wide": (2,), "deep": (3,)},
        steps,
        {"price": "price", "yes": "yes"},
        asked,
        sample_weight="importance",
    )


def sequence_labels() -> Program:
    """A class for each of several places, the softmax as a layer of its own."""
    steps = [
        ("norm", layer("BatchNormalization", axis=[1, 2], epsilon=0.01), "x"),
        ("dropped", layer("AlphaDropout", rate=0.2), "norm"),
        ("logits", layer("Dense", units=4), "dropped"),
        ("y", layer("Activation", activation=SOFTMAX), "logits"),
    ]
    loss = make("loss", "categorical_crossentropy", label_smoothing=0.1)
    return program({"x": (3, 2)}, steps, objectives=[objective("y", loss, logits=True)])


def probabilities() -> Program:
    """A softmax whose loss is computed from its result."""
    steps = [
        ("dense", layer("Dense", units=6, activation=SOFTMAX), "x"),
        ("y", layer("Reshape", target_shape=[2, 3]), "dense"),
    ]
    loss = make("loss", "sparse_categorical_crossentropy")
    return program({"x": (4,)}, steps, objectives=[objective("y", loss)])


def shared() -> Program:
    """One dense layer and one dropout, each called twice."""
    steps = [
        ("dense", layer("Dense", units=3, activation={"kind": "tanh"}), "x"),
        ("drop", layer("Dropout", rate=0.4), "dense"),
        ("y", layer("Dense", units=2), "drop"),
    ]
    tested = program({"x": (3,)}, steps)
    network = tested.network
    first, drop, last = network.calls
    calls = (
        first,
        drop,
        Call(name="dense_again", layer="dense", inputs=("drop",)),
        Call(name="drop_again", layer="drop", inputs=("dense_again",)),
        last.model_copy(update={"inputs": ("drop_again",)}),
    )
    again = [Edge(name=name, shape=(3,)) for name in ("dense_again", "drop_again")]
    edges = (*network.edges[:-1], *again, network.edges[-1])
    changed = network.model_copy(update={"calls": calls, "edges": edges})
    return tested.model_copy(update={"network": changed})


MODELS = [image_classifier, two_heads, sequence_labels, probabilities, shared]


def started(tested: Program) -> tuple[ModuleType, Any, dict[str, np.ndarray]]:
    module = module_of(tested)
    state = module.init_state()
    randomize(module, state)
    return module, state, batch_of(tested)


@pytest.mark.parametrize("build", MODELS)
def test_gradients_are_central_differences_of_the_loss(build: Any) -> None:
    module, state, batch = started(build())
    given, _ = module.gradients(state, batch, 5)
    weights = state.model.weights()
    assert given.keys() == weights.keys()

    def loss() -> float:
        return module.gradients(state, batch, 5)[1]["loss"]

    largest = max(float(np.abs(g).max()) for g in given.values())
    for path, weight in weights.items():
        measured = numerical(loss, weight, entries=12)
        looked = np.isfinite(measured)
        # Relative to all gradients: that of a bias before normalization is 0.
        assert np.abs(given[path] - measured)[looked].max() <= 1e-6 * largest
        if largest == float(np.abs(given[path]).max()):
            assert_gradient(given[path], measured)


@pytest.mark.parametrize("build", MODELS)
def test_training_reduces_the_loss_and_only_training_moves_buffers(build: Any) -> None:
    module, state, batch = started(build())
    before = module.export_weights(state)
    first = module.evaluate_step(state, batch)["loss"]
    outputs = module.predict(state, batch)
    assert outputs.keys() == state.model.outputs.keys()
    after = module.export_weights(state)
    assert all(np.array_equal(before[path], after[path]) for path in before)
    for step in range(60):
        state, _ = module.train_step(state, batch, step)
    after = module.export_weights(state)
    assert all(not np.array_equal(before[path], after[path]) for path in before)
    assert module.evaluate_step(state, batch)["loss"] < first


def test_figures_of_several_outputs_and_sample_weights() -> None:
    module, state, batch = started(two_heads())
    logs = module.evaluate_step(state, batch)
    outputs = module.predict(state, batch)
    w, rows = batch["importance"], len(batch["ids"])
    error = outputs["price"] - batch["price_target"].reshape(-1, 1)
    price = float((w * (error**2).mean(axis=1)).sum() / rows)
    y = batch["yes_target"] * 0.9 + 0.05
    p = outputs["yes"]
    entropy = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(axis=1)
    yes = float((w * entropy).sum() / rows)
    assert set(logs) == {"loss", "price_loss", "price_mae", "yes_loss", "yes_accuracy"}
    assert logs["price_loss"] == pytest.approx(price, rel=1e-12)
    assert logs["yes_loss"] == pytest.approx(yes, rel=1e-12)
    assert logs["loss"] == pytest.approx(0.9 * price + 0.3 * yes, rel=1e-12)
    assert logs["price_mae"] == pytest.approx(float(np.abs(error).mean()), rel=1e-12)
    right = (p > 0.5) == batch["yes_target"]
    assert logs["yes_accuracy"] == pytest.approx(float(right.mean()), rel=1e-12)


def test_loss_takes_logits_and_predictions_are_probabilities() -> None:
    module, state, batch = started(image_classifier())
    edges = state.model.forward(batch).edges
    given = module.predict(state, batch)["y"]
    assert given == pytest.approx(module.Softmax().value(edges["y.preactivation"]))
    assert given.sum(axis=-1) == pytest.approx(np.ones(len(given)))
    (asked,) = module.OBJECTIVES
    assert asked.loss.logits
    assert asked.loss_edge == "y.preactivation"
    (asked,) = module_of(sequence_labels()).OBJECTIVES
    assert asked.loss.logits
    assert asked.loss_edge == "logits"
    (asked,) = module_of(probabilities()).OBJECTIVES
    assert not asked.loss.logits
    assert asked.loss_edge == "y"


def test_shared_layers_have_masks_of_their_own_at_each_call() -> None:
    module, state, batch = started(shared())
    model = state.model
    edges = model.forward(batch, training=True, seed=7, update=2).edges
    for call, (name, source) in enumerate(
        [("drop", "dense"), ("drop_again", "dense_again")]
    ):
        keep = module.keep_mask(7, "drop/keep", (5, 3), 0.4, 2, call)
        assert edges[name] == pytest.approx(keep * edges[source] / 0.6, rel=1e-13)
    kernel, bias = model.weights()["dense/kernel"], model.weights()["dense/bias"]
    wanted = np.tanh(edges["drop"] @ kernel + bias)
    assert edges["dense_again"] == pytest.approx(wanted, rel=1e-13)
