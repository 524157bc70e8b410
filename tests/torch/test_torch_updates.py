"""What updates do, against the formulas of the catalogue in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from small_programs import batch_of, layer, make
from torch_programs import chain, close, module_of, scattered

DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


def _sgd(
    rule: Any, w: np.ndarray, g: np.ndarray, s: dict[str, Any], t: int
) -> np.ndarray:
    s["velocity"] = rule.momentum * s["velocity"] - s["lr"] * g
    if rule.nesterov:
        return w + rule.momentum * s["velocity"] - s["lr"] * g
    return w + s["velocity"]


def _rmsprop(
    rule: Any, w: np.ndarray, g: np.ndarray, s: dict[str, Any], t: int
) -> np.ndarray:
    s["mean_square"] = rule.rho * s["mean_square"] + (1 - rule.rho) * g**2
    d = s["mean_square"]
    if rule.centered:
        s["mean_gradient"] = rule.rho * s["mean_gradient"] + (1 - rule.rho) * g
        d = d - s["mean_gradient"] ** 2
    s["momentum"] = rule.momentum * s["momentum"] + s["lr"] * g / np.sqrt(
        d + rule.epsilon
    )
    return w - s["momentum"]


def _moments(rule: Any, g: np.ndarray, s: dict[str, Any]) -> None:
    s["momentum"] = rule.beta_1 * s["momentum"] + (1 - rule.beta_1) * g
    s["velocity"] = rule.beta_2 * s["velocity"] + (1 - rule.beta_2) * g**2


def _adam(
    rule: Any, w: np.ndarray, g: np.ndarray, s: dict[str, Any], t: int
) -> np.ndarray:
    _moments(rule, g, s)
    s["velocity_max"] = np.maximum(s["velocity_max"], s["velocity"])
    root = np.sqrt(s["velocity_max"] if rule.amsgrad else s["velocity"])
    one, two = 1 - rule.beta_1**t, np.sqrt(1 - rule.beta_2**t)
    if rule.epsilon_place == "corrected":
        return w - s["lr"] / one * s["momentum"] / (root / two + rule.epsilon)
    return w - s["lr"] * two / one * s["momentum"] / (root + rule.epsilon)


def _nadam(
    rule: Any, w: np.ndarray, g: np.ndarray, s: dict[str, Any], t: int
) -> np.ndarray:
    _moments(rule, g, s)
    mu = [rule.beta_1 * (1 - 0.5 * 0.96**i) for i in range(1, t + 2)]
    product = np.prod(mu[:t])
    mean = mu[t] * s["momentum"] / (1 - product * mu[t]) + (1 - mu[t - 1]) * g / (
        1 - product
    )
    return w - s["lr"] * mean / (
        np.sqrt(s["velocity"] / (1 - rule.beta_2**t)) + rule.epsilon
    )


RULES = {"sgd": _sgd, "rmsprop": _rmsprop, "adam": _adam, "nadam": _nadam}


@DTYPES
@pytest.mark.parametrize(
    ("keyword", "arguments"),
    [
        ("sgd", {}),
        ("sgd", {"momentum": 0.9}),
        ("sgd", {"momentum": 0.9, "nesterov": True, "clipnorm": 0.1}),
        ("rmsprop", {"epsilon": 0.01}),
        ("rmsprop", {"momentum": 0.5, "centered": True, "epsilon": 0.01}),
        ("adam", {"epsilon": 0.01}),
        ("adam", {"epsilon": 0.01, "amsgrad": True, "clipvalue": 0.02}),
        ("adam", {"epsilon": 0.01, "epsilon_place": "corrected"}),
        ("nadam", {"epsilon": 0.01, "global_clipnorm": 0.2}),
    ],
)
def test_updates(keyword: str, arguments: dict[str, Any], dtype: str) -> None:
    """Six steps of a linear model under a falling rate, by the rules written above."""
    decay = {"initial": 0.1, "rate": 0.5, "every": {"value": 2.0, "unit": "steps"}}
    schedule = make("schedule", "exponential_decay", **decay)
    rule = make("optimizer", keyword, learning_rate=schedule, **arguments)
    bound = make("constraint", "max_norm", max_value=0.7)
    penalty = make("regularizer", "l1_l2", l1=0.01, l2=0.02)
    dense = layer("Dense", units=3, kernel_regularizer=penalty, kernel_constraint=bound)
    case = chain((4,), dense, optimizer=rule)
    module = module_of(case)
    state = module.init_state(dtype=dtype)
    weights = scattered(module, state)
    names = ("velocity", "mean_square", "mean_gradient", "momentum", "velocity_max")
    slots: dict[str, dict[str, Any]] = {
        path: {name: np.zeros_like(w) for name in names} for path, w in weights.items()
    }
    for step in range(6):
        batch = batch_of(case, seed=step)
        module.train_step(state, batch, step)
        x, w = batch["image"], weights["l1/kernel"]
        error = 2 * (x @ w + weights["l1/bias"] - batch["y_target"]) / 15
        gradients = {
            "l1/kernel": x.T @ error + 0.01 * np.sign(w) + 0.04 * w,
            "l1/bias": error.sum(0),
        }
        gradients = _clipped(rule, gradients)
        for path, g in gradients.items():
            slots[path]["lr"] = 0.1 * 0.5 ** (step / 2)
            weights[path] = RULES[keyword](
                rule, weights[path], g, slots[path], step + 1
            )
        w = weights["l1/kernel"]
        norm = np.sqrt((w**2).sum(0, keepdims=True))
        weights["l1/kernel"] = w * np.clip(norm, 0, 0.7) / (1e-7 + norm)
    found = module.export_state(state)
    for path, wanted in weights.items():
        assert close(found[path], wanted, dtype), path
        for slot in rule.slots():
            assert close(found[f"optimizer/{slot}/{path}"], slots[path][slot], dtype), (
                slot
            )


@pytest.mark.parametrize("factor", [1e25, np.inf, np.nan])
@pytest.mark.parametrize("way", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_clipping_tells_a_norm_that_is_not_finite(way: str, factor: float) -> None:
    rule = make("optimizer", "sgd", **{way: 1.0})
    module = module_of(chain((4,), layer("Dense", units=3), optimizer=rule))
    given = {"a": torch.ones(3), "b": torch.ones(2, 2)}
    _, norm = module.clip_gradients(given)
    largest = {"clipnorm": 2.0, "global_clipnorm": 7**0.5, "clipvalue": 1.0}
    assert float(norm) == pytest.approx(largest[way])
    _, norm = module.clip_gradients({**given, "b": torch.full((2, 2), factor)})
    assert np.isfinite(float(norm)) == (way == "clipvalue" and factor == 1e25)


def test_a_step_that_clips_tells_the_norm() -> None:
    rule = make("optimizer", "sgd", global_clipnorm=0.1)
    case = chain((4,), layer("Dense", units=3), optimizer=rule)
    module, batch = module_of(case), batch_of(case)
    state = module.init_state(dtype="float64")
    raw, _ = module.gradients(state, batch, 0)
    norm = float(sum((g**2).sum() for g in raw.values())) ** 0.5
    _, figures = module.train_step(state, batch, 0)
    assert figures["gradient_norm"] == pytest.approx(norm, rel=1e-12)


def _clipped(rule: Any, gradients: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    if rule.clipnorm:
        c = rule.clipnorm
        return {p: g * c / max(np.linalg.norm(g), c) for p, g in gradients.items()}
    if rule.clipvalue:
        return {
            p: np.clip(g, -rule.clipvalue, rule.clipvalue) for p, g in gradients.items()
        }
    if rule.global_clipnorm:
        c = rule.global_clipnorm
        norm = np.sqrt(sum((g**2).sum() for g in gradients.values()))
        return {p: g * c * min(1 / norm, 1 / c) for p, g in gradients.items()}
    return gradients
