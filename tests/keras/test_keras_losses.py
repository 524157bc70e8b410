"""Losses and metrics of the Keras backend against their formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from keras_programs import assert_near, check_gradients, named, run
from small_programs import Arrays, batch_of, layer, make, objective, program

DTYPES = ("float32", "float64")


def log_softmax(z: np.ndarray) -> np.ndarray:
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def clip(p: np.ndarray) -> np.ndarray:
    return np.clip(p, 1e-7, 1 - 1e-7)


def picked(values: np.ndarray, classes: np.ndarray) -> np.ndarray:
    return np.take_along_axis(values, classes[..., np.newaxis], axis=-1)[..., 0]


def binary(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


def squares(z: np.ndarray, t: np.ndarray) -> np.ndarray:
    return (z - t) ** 2


def binary_logits(z: np.ndarray, t: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))


#: Loss, its arguments, the output's activation, whether it is fused, and its entries as
#: a function of the linear part z and the targets t.
CASES: list[tuple[str, dict[str, Any], str, bool, Callable[..., np.ndarray]]] = [
    ("mse", {}, "linear", False, squares),
    ("mse", {"weight": 0.3}, "tanh", False, lambda z, t: (np.tanh(z) - t) ** 2),
    ("binary_crossentropy", {}, "sigmoid", True, binary_logits),
    (
        "binary_crossentropy",
        {"label_smoothing": 0.2},
        "sigmoid",
        True,
        lambda z, t: binary_logits(z, t * 0.8 + 0.1),
    ),
    ("binary_crossentropy", {"from_logits": True}, "linear", False, binary_logits),
    (
        "binary_crossentropy",
        {"from_logits": True},
        "sigmoid",
        False,
        lambda z, t: binary_logits(1 / (1 + np.exp(-z)), t),
    ),
    (
        "binary_crossentropy",
        {"label_smoothing": 0.1},
        "sigmoid",
        False,
        lambda z, t: binary(t * 0.9 + 0.05, clip(1 / (1 + np.exp(-z)))),
    ),
    (
        "categorical_crossentropy",
        {},
        "softmax",
        True,
        lambda z, t: -(t * log_softmax(z)).sum(-1),
    ),
    (
        "categorical_crossentropy",
        {"label_smoothing": 0.3, "weight": 2.0},
        "softmax",
        True,
        lambda z, t: -((t * 0.7 + 0.1) * log_softmax(z)).sum(-1),
    ),
    (
        "categorical_crossentropy",
        {"from_logits": True},
        "linear",
        False,
        lambda z, t: -(t * log_softmax(z)).sum(-1),
    ),
    (
        "categorical_crossentropy",
        {},
        "softmax",
        False,
        lambda z, t: -(t * np.log(clip(np.exp(log_softmax(z))))).sum(-1),
    ),
    (
        "sparse_categorical_crossentropy",
        {},
        "softmax",
        True,
        lambda z, t: -picked(log_softmax(z), t),
    ),
    (
        "sparse_categorical_crossentropy",
        {"from_logits": True},
        "linear",
        False,
        lambda z, t: -picked(log_softmax(z), t),
    ),
    (
        "sparse_categorical_crossentropy",
        {},
        "softmax",
        False,
        lambda z, t: -picked(log_softmax(np.log(clip(np.exp(log_softmax(z))))), t),
    ),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("shape", [(4,), (2, 4)])
@pytest.mark.parametrize(
    ("keyword", "given", "activation", "fused", "entries"), CASES, ids=named
)
def test_loss(
    keyword: str,
    given: dict[str, Any],
    activation: str,
    fused: bool,
    entries: Callable[..., np.ndarray],
    shape: tuple[int, ...],
    weighted: bool,
    dtype: str,
) -> None:
    """Mean over an example's entries, then Σ wᵢ·lᵢ / N; saturated logits included."""
    loss = make("loss", keyword, **given)
    units = {"units": 3, "activation": make("activation", activation)}
    running = run(
        program(
            {"x": shape},
            [("dense_1", layer("Dense", **units), "x")],
            objectives=[objective("y", loss, logits=fused)],
            **({"sample_weight": "w"} if weighted else {}),
        ),
        dtype,
    )
    batch = batch_of(running.program)
    batch["x"][0] *= 50.0 if fused or activation == "linear" else 1.0
    weights = running.module.export_weights(running.state)
    kernel = weights["dense_1/kernel"].astype(np.float64)
    z = batch["x"].astype(dtype) @ kernel + weights["dense_1/bias"]
    losses = entries(z, batch["y_target"]).reshape(5, -1).mean(axis=1)
    expected = (batch.get("w", 1.0) * losses).sum() / 5 * given.get("weight", 1.0)
    logs = running.module.evaluate_step(running.state, batch)
    assert logs.keys() == {"loss"}
    assert_near(logs["loss"], expected, 3 * running.bound)
    if dtype == "float64":
        check_gradients(running, batch)


def test_logits_of_an_activation_layer() -> None:
    softmax = layer("Activation", activation=make("activation", "softmax"))
    running = run(
        program(
            {"x": (3,)},
            [("z", layer("Dense", units=4), "x"), ("p", softmax, "z")],
            objectives=[
                objective("y", make("loss", "categorical_crossentropy"), logits=True)
            ],
        )
    )
    batch = batch_of(running.program)
    batch["x"] *= 1000.0
    weights = running.module.export_weights(running.state)
    z = batch["x"] @ weights["z/kernel"] + weights["z/bias"]
    expected = -(batch["y_target"] * log_softmax(z)).sum(-1).mean()
    assert expected > 100, "clipped probabilities could not give this"
    assert_near(
        running.module.evaluate_step(running.state, batch)["loss"], expected, 1e-12
    )
    found = running.module.predict(running.state, batch)["y"]
    assert_near(found.sum(axis=-1), np.ones(5), 1e-12)


@pytest.mark.parametrize("shape", [(5, 1), (5,)])
def test_targets_take_the_shape_of_the_output(shape: tuple[int, ...]) -> None:
    running = run(program({"x": (3,)}, [("d", layer("Dense", units=1), "x")]))
    batch = batch_of(running.program)
    expected = running.module.evaluate_step(running.state, batch)
    batch["y_target"] = batch["y_target"].reshape(shape)
    assert running.module.evaluate_step(running.state, batch) == expected


# Metrics ---------------------------------------------------------------------


def figures_of(
    keyword: str, loss: Any, z: np.ndarray, targets: np.ndarray, activation: str
) -> Any:
    """The metric of outputs `activation(z)`."""
    metric = make("metric", keyword)
    act = layer("Activation", activation=make("activation", activation))
    running = run(
        program(
            {"x": z.shape[1:]},
            [("a", act, "x"), ("b", layer("Dense", units=z.shape[-1]), "a")],
            objectives=[objective("y", loss, metrics=(metric,))],
        )
    )
    weights = {
        "b/kernel": np.eye(z.shape[-1]),
        "b/bias": np.zeros(z.shape[-1]),
    }
    running.module.import_weights(running.state, weights)
    batch: Arrays = {"x": z, "y_target": targets, "ids": np.arange(len(z))}
    return running.module.evaluate_step(running.state, batch)[keyword]


def test_sparse_accuracy_takes_the_first_of_equals() -> None:
    z = np.array([[1.0, 1, 0], [0, 2, 2], [0, 0, 3], [4, 4, 4]])
    loss = make("loss", "sparse_categorical_crossentropy", from_logits=True)
    targets = np.array([0, 2, 2, 1])
    assert figures_of("accuracy", loss, z, targets, "linear") == 0.5


def test_categorical_accuracy() -> None:
    z = np.array([[1.0, 1, 0], [0, 2, 2], [0, 0, 3], [4, 4, 4]])
    loss = make("loss", "categorical_crossentropy", from_logits=True)
    targets = np.eye(3)[[0, 2, 2, 0]]
    assert figures_of("accuracy", loss, z, targets, "linear") == 0.75


@pytest.mark.parametrize(("logits", "right"), [(False, 0.25), (True, 0.75)])
def test_binary_accuracy_is_strict_at_its_threshold(logits: bool, right: float) -> None:
    z = np.array([[0.5], [0.6], [0.0], [0.4]])
    loss = make("loss", "binary_crossentropy", from_logits=logits)
    targets = np.array([1.0, 0, 0, 1])
    assert figures_of("accuracy", loss, z, targets, "linear") == right


def test_mean_absolute_error_ignores_sample_weights() -> None:
    running = run(
        program(
            {"x": (3,)},
            [("d", layer("Dense", units=2), "x")],
            objectives=[objective("y", metrics=(make("metric", "mae"),))],
            sample_weight="w",
        )
    )
    batch = batch_of(running.program)
    predicted = running.module.predict(running.state, batch)["y"]
    expected = np.abs(predicted - batch["y_target"]).mean()
    logs = running.module.evaluate_step(running.state, batch)
    assert_near(logs["mae"], expected, 1e-13)


def test_several_outputs_have_figures_of_their_own() -> None:
    mae = make("metric", "mae")
    running = run(
        program(
            {"x": (3,)},
            [
                ("a", layer("Dense", units=2), "x"),
                ("b", layer("Dense", units=1), "x"),
            ],
            outputs={"price": "a", "aux": "b"},
            objectives=[
                objective("price", make("loss", "mse", weight=0.9), metrics=(mae,)),
                objective("aux", make("loss", "mse", weight=0.1)),
            ],
            sample_weight="w",
        )
    )
    batch = batch_of(running.program)
    found = running.module.predict(running.state, batch)
    losses = {
        name: (batch["w"] * ((found[name] - batch[f"{name}_target"]) ** 2).mean(1))
        for name in ("price", "aux")
    }
    logs = running.module.evaluate_step(running.state, batch)
    assert logs.keys() == {"loss", "price_loss", "aux_loss", "price_mae"}
    assert_near(logs["price_loss"], losses["price"].mean(), 1e-13)
    assert_near(logs["aux_loss"], losses["aux"].mean(), 1e-13)
    total = 0.9 * losses["price"].mean() + 0.1 * losses["aux"].mean()
    assert_near(logs["loss"], total, 1e-13)
    assert_near(
        logs["price_mae"], np.abs(found["price"] - batch["price_target"]).mean(), 1e-13
    )
