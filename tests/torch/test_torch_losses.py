"""What losses and metrics compute, against the formulas of the catalogue in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from small_programs import batch_of, layer, make, objective
from torch_programs import act, chain, close, module_of, scattered, softmax

DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


def _cross(target: np.ndarray, p: np.ndarray) -> np.ndarray:
    return -(target * np.log(p)).sum(-1)


def _clip(p: np.ndarray) -> np.ndarray:
    return np.clip(p, 1e-7, 1 - 1e-7)


def _binary(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    return -(y * np.log(p) + (1 - y) * np.log1p(-p)).mean(-1)


LOSSES: dict[str, tuple[Any, str, bool, Callable[..., np.ndarray]]] = {
    "mse": (
        make("loss", "mse", weight=0.3),
        "linear",
        False,
        lambda z, y: 0.3 * ((z - y) ** 2).mean(-1),
    ),
    "binary": (
        make("loss", "binary_crossentropy", label_smoothing=0.1),
        "sigmoid",
        True,
        lambda z, y: _binary(0.9 * y + 0.05, 1 / (1 + np.exp(-z))),
    ),
    "binary of probabilities": (
        make("loss", "binary_crossentropy"),
        "sigmoid",
        False,
        lambda z, y: _binary(y, _clip(1 / (1 + np.exp(-z)))),
    ),
    "categorical": (
        make("loss", "categorical_crossentropy", label_smoothing=0.3),
        "softmax",
        True,
        lambda z, y: _cross(0.7 * y + 0.1, softmax(z)),
    ),
    "categorical of probabilities": (
        make("loss", "categorical_crossentropy", label_smoothing=0.3),
        "softmax",
        False,
        lambda z, y: _cross(0.7 * y + 0.1, _clip(softmax(z))),
    ),
    "sparse": (
        make("loss", "sparse_categorical_crossentropy"),
        "softmax",
        True,
        lambda z, y: _cross(np.eye(3)[y], softmax(z)),
    ),
    "sparse of probabilities": (
        make("loss", "sparse_categorical_crossentropy"),
        "softmax",
        False,
        lambda z, y: _cross(
            np.eye(3)[y], _clip(softmax(z)) / _clip(softmax(z)).sum(-1, keepdims=True)
        ),
    ),
}


@DTYPES
@pytest.mark.parametrize("weighted", [None, "weight"])
@pytest.mark.parametrize("shape", [(4,), (2, 4)])
@pytest.mark.parametrize("name", LOSSES)
def test_losses(
    name: str, shape: tuple[int, ...], weighted: str | None, dtype: str
) -> None:
    loss, activation, logits, formula = LOSSES[name]
    dense = layer("Dense", units=3, activation=act(activation))
    asked = objective(loss=loss, logits=logits, metrics=(make("metric", "accuracy"),))
    case = chain(shape, dense, objectives=[asked], sample_weight=weighted)
    module = module_of(case)
    state = module.init_state(dtype=dtype)
    weights, batch = scattered(module, state), batch_of(case)
    z = batch["image"] @ weights["l1/kernel"] + weights["l1/bias"]
    each = formula(z, batch["y_target"]).reshape(5, -1).mean(1)
    wanted = (each * batch.get("weight", np.ones(5))).mean()
    figures = module.evaluate_step(state, batch)
    assert close(figures["loss"], wanted, dtype)
    if loss.target == "classes":
        right = z.argmax(-1) == batch["y_target"]
    elif activation == "sigmoid":
        right = (z > 0) == batch["y_target"]
    else:
        right = z.argmax(-1) == batch["y_target"].argmax(-1)
    assert close(figures["accuracy"], right.mean(), dtype)


@pytest.mark.parametrize("name", [name for name in LOSSES if "of" in name.split()])
def test_probabilities_are_clipped(name: str) -> None:
    loss, activation, logits, formula = LOSSES[name]
    dense = layer("Dense", units=3, activation=act(activation))
    case = chain((4,), dense, objectives=[objective(loss=loss, logits=logits)])
    module = module_of(case)
    state = module.init_state(dtype="float64")
    weights, batch = scattered(module, state), batch_of(case)
    batch["image"] *= 100.0
    z = batch["image"] @ weights["l1/kernel"] + weights["l1/bias"]
    assert np.abs(z).max() > 20
    wanted = formula(z, batch["y_target"]).mean()
    assert close(module.evaluate_step(state, batch)["loss"], wanted, "float64")
