"""Optimizers, clipping, penalties and constraints of the Keras backend, step by step."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from keras_programs import Running, assert_near, check_gradients, named, run
from small_programs import Arrays, batch_of, layer, make, program

DTYPES = ("float32", "float64")
STEPS = 12
Rule = Callable[[np.ndarray, np.ndarray, dict[str, Any], float, int], np.ndarray]


def sgd(m: float, nesterov: bool) -> Rule:
    def update(w: Any, g: Any, slots: Any, lr: float, t: int) -> Any:
        if not m:
            return w - lr * g
        v = slots["velocity"] = m * slots.get("velocity", 0.0) - lr * g
        return w + m * v - lr * g if nesterov else w + v

    return update


def rmsprop(rho: float, m: float, eps: float, centered: bool) -> Rule:
    def update(w: Any, g: Any, slots: Any, lr: float, t: int) -> Any:
        s = slots["mean_square"] = (
            rho * slots.get("mean_square", 0.0) + (1 - rho) * g**2
        )
        if centered:
            a = rho * slots.get("mean_gradient", 0.0) + (1 - rho) * g
            slots["mean_gradient"] = a
            s = s - a**2
        u = lr * g / np.sqrt(s + eps)
        if m:
            u = slots["momentum"] = m * slots.get("momentum", 0.0) + u
        return w - u

    return update


def moments(g: Any, slots: Any, b1: float, b2: float) -> tuple[Any, Any]:
    m = slots["momentum"] = b1 * slots.get("momentum", 0.0) + (1 - b1) * g
    v = slots["velocity"] = b2 * slots.get("velocity", 0.0) + (1 - b2) * g**2
    return m, v


def adam(b1: float, b2: float, eps: float, amsgrad: bool, corrected: bool) -> Rule:
    def update(w: Any, g: Any, slots: Any, lr: float, t: int) -> Any:
        m, v = moments(g, slots, b1, b2)
        if amsgrad:
            v = np.maximum(v, slots.get("velocity_max", 0.0))
            slots["velocity_max"] = v
        c1, c2 = 1 - b1**t, math.sqrt(1 - b2**t)
        if corrected:
            return w - lr / c1 * m / (np.sqrt(v) / c2 + eps)
        return w - lr * c2 / c1 * m / (np.sqrt(v) + eps)

    return update


def nadam(b1: float, b2: float, eps: float) -> Rule:
    def mu(t: int) -> float:
        return b1 * (1 - 0.5 * 0.96**t)

    def update(w: Any, g: Any, slots: Any, lr: float, t: int) -> Any:
        m, v = moments(g, slots, b1, b2)
        product = math.prod(mu(i) for i in range(1, t + 1))
        ahead = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (
            1 - product
        )
        return w - lr * ahead / (np.sqrt(v / (1 - b2**t)) + eps)

    return update


OPTIMIZERS: list[tuple[str, dict[str, Any], Rule]] = [
    ("sgd", {}, sgd(0.0, False)),
    ("sgd", {"momentum": 0.9}, sgd(0.9, False)),
    ("sgd", {"momentum": 0.7, "nesterov": True}, sgd(0.7, True)),
    ("rmsprop", {}, rmsprop(0.9, 0.0, 1e-7, False)),
    ("rmsprop", {"rho": 0.8, "momentum": 0.3}, rmsprop(0.8, 0.3, 1e-7, False)),
    (
        "rmsprop",
        {"centered": True, "momentum": 0.6, "epsilon": 1e-3},
        rmsprop(0.9, 0.6, 1e-3, True),
    ),
    ("adam", {}, adam(0.9, 0.999, 1e-7, False, False)),
    (
        "adam",
        {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-2, "amsgrad": True},
        adam(0.8, 0.95, 1e-2, True, False),
    ),
    (
        "adam",
        {"epsilon": 1e-2, "epsilon_place": "corrected"},
        adam(0.9, 0.999, 1e-2, False, True),
    ),
    ("adam", {"beta_1": 0.0, "beta_2": 0.0}, adam(0.0, 0.0, 1e-7, False, False)),
    ("nadam", {}, nadam(0.9, 0.999, 1e-7)),
    ("nadam", {"beta_1": 0.6, "beta_2": 0.9, "epsilon": 1e-2}, nadam(0.6, 0.9, 1e-2)),
]
FALLING = {
    "kind": "exponential_decay",
    "initial": 0.03,
    "rate": 0.1,
    "every": {"value": 7.0, "unit": "steps"},
}


def small(optimizer: Any, **arguments: Any) -> Any:
    """A network of two dense layers with that optimizer."""
    tanh = make("activation", "tanh")
    return program(
        {"x": (3,)},
        [
            ("dense_1", layer("Dense", units=4, activation=tanh, **arguments), "x"),
            ("dense_2", layer("Dense", units=2), "dense_1"),
        ],
        optimizer=optimizer,
    )


def trajectory(
    running: Running, change: Callable[[str, Arrays, int], np.ndarray]
) -> None:
    """Train, and hold every step against `change(path, clipped gradients, step)`."""
    module, state = running.module, running.state
    for step in range(STEPS):
        batch = batch_of(running.program, seed=step)
        raw, logs = module.gradients(state, batch, step)
        gradients = {path: np.asarray(g, np.float64) for path, g in raw.items()}
        expected = {path: change(path, gradients, step) for path in gradients}
        returned, figures = module.train_step(state, batch, step)
        assert returned is state
        figures.pop("gradient_norm", None)
        assert figures.keys() == logs.keys()
        assert_near(figures["loss"], logs["loss"], 10 * running.bound)
        weights = module.export_weights(state)
        for path, array in expected.items():
            assert_near(weights[path], array, 10 * running.bound)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("keyword", "given", "rule"), OPTIMIZERS, ids=named)
def test_optimizer(keyword: str, given: dict[str, Any], rule: Rule, dtype: str) -> None:
    """Every weight and every slot over steps whose rate falls, fed with raw gradients."""
    running = run(
        small(make("optimizer", keyword, learning_rate=FALLING, **given)), dtype
    )
    weights = running.module.export_weights(running.state)
    weights = {path: array.astype(np.float64) for path, array in weights.items()}
    slots: dict[str, dict[str, Any]] = {path: {} for path in weights}

    def change(path: str, gradients: Arrays, step: int) -> np.ndarray:
        rate = 0.03 * 0.1 ** (step / 7)
        weights[path] = rule(
            weights[path], gradients[path], slots[path], rate, step + 1
        )
        return weights[path]

    trajectory(running, change)
    saved = running.module.export_state(running.state)
    kept = {name for name in saved if name.startswith("optimizer/")}
    assert kept == {f"optimizer/{slot}/{p}" for p in slots for slot in slots[p]}
    for path, arrays in slots.items():
        for slot, array in arrays.items():
            assert_near(saved[f"optimizer/{slot}/{path}"], array, 20 * running.bound)


def test_the_step_that_is_given_counts() -> None:
    """Bias correction and rate follow the argument, not how often a step was called."""
    optimizer = make("optimizer", "nadam", learning_rate=FALLING)
    running = run(small(optimizer))
    module, state = running.module, running.state
    batch = batch_of(running.program)
    start = module.export_state(state)
    module.train_step(state, batch, 41)
    once = module.export_weights(state)
    assert state.step == 0
    module.import_state(state, start)
    module.train_step(state, batch, 50)
    module.import_state(state, start)
    module.train_step(state, batch, 41)
    for path, array in module.export_weights(state).items():
        assert (array == once[path]).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("limit", [0.05, 100.0])
@pytest.mark.parametrize("way", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_clipping(way: str, limit: float, dtype: str) -> None:
    optimizer = make("optimizer", "sgd", learning_rate=0.1, **{way: limit})
    running = run(small(optimizer), dtype)
    weights = running.module.export_weights(running.state)
    weights = {path: array.astype(np.float64) for path, array in weights.items()}

    def clipped(g: np.ndarray, gradients: Arrays) -> np.ndarray:
        if way == "clipvalue":
            return np.clip(g, -limit, limit)
        if way == "clipnorm":
            return g * limit / max(np.linalg.norm(g), limit)
        norm = math.sqrt(sum((each**2).sum() for each in gradients.values()))
        return g * limit * min(1 / norm, 1 / limit)

    def change(path: str, gradients: Arrays, step: int) -> np.ndarray:
        weights[path] = weights[path] - 0.1 * clipped(gradients[path], gradients)
        return weights[path]

    trajectory(running, change)
    raw, _ = running.module.gradients(running.state, batch_of(running.program), 0)
    looked_at, _ = running.module.clip_gradients(raw)
    arrays = {path: np.asarray(g, np.float64) for path, g in raw.items()}
    for path, gradient in looked_at.items():
        assert_near(gradient, clipped(arrays[path], arrays), running.bound)


@pytest.mark.parametrize("way", ["clipnorm", "global_clipnorm"])
def test_clipping_leaves_zeros_alone(way: str) -> None:
    running = run(small(make("optimizer", "sgd", **{way: 1.0})))
    zeros = {path: np.zeros(3) for path in ("a", "b")}
    for gradient in running.module.clip_gradients(zeros)[0].values():
        assert (np.asarray(gradient) == 0).all()


@pytest.mark.parametrize("factor", [1e25, np.inf, np.nan])
@pytest.mark.parametrize("way", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_clipping_tells_a_norm_that_is_not_finite(way: str, factor: float) -> None:
    running = run(small(make("optimizer", "sgd", **{way: 1.0})), dtype="float32")
    raw, _ = running.module.gradients(running.state, batch_of(running.program), 0)
    _, norm = running.module.clip_gradients(raw)
    assert np.isfinite(norm)
    large = {path: gradient * factor for path, gradient in raw.items()}
    _, norm = running.module.clip_gradients(large)
    assert np.isfinite(norm) == (way == "clipvalue" and factor == 1e25)


def test_a_step_that_clips_tells_the_norm() -> None:
    running = run(small(make("optimizer", "sgd", global_clipnorm=1.0)))
    batch = batch_of(running.program)
    raw, _ = running.module.gradients(running.state, batch, 0)
    norm = math.sqrt(sum((np.asarray(g, np.float64) ** 2).sum() for g in raw.values()))
    _, logs = running.module.train_step(running.state, batch, 0)
    assert logs["gradient_norm"] == pytest.approx(norm, rel=1e-5)


# Penalties and constraints ---------------------------------------------------

PENALTIES: list[tuple[str, dict[str, Any], Callable[[np.ndarray], float]]] = [
    ("l1", {"factor": 0.013}, lambda w: 0.013 * np.abs(w).sum()),
    ("l2", {"factor": 0.013}, lambda w: 0.013 * (w**2).sum()),
    (
        "l1_l2",
        {"l1": 0.3, "l2": 0.07},
        lambda w: 0.3 * np.abs(w).sum() + 0.07 * (w**2).sum(),
    ),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("keyword", "given", "formula"), PENALTIES, ids=named)
def test_regularizer(
    keyword: str, given: dict[str, Any], formula: Callable[..., float], dtype: str
) -> None:
    """Once a batch, whatever its size, in training and in evaluation."""
    penalty = make("regularizer", keyword, **given)
    running = run(
        program(
            {"x": (3,)},
            [
                ("d", layer("Dense", units=4, kernel_regularizer=penalty), "x"),
                (
                    "n",
                    layer(
                        "BatchNormalization",
                        gamma_regularizer=penalty,
                        beta_regularizer=penalty,
                    ),
                    "d",
                ),
                ("e", layer("Dense", units=2, bias_regularizer=penalty), "n"),
            ],
        ),
        dtype,
    )
    module, state = running.module, running.state
    weights = module.export_weights(state)
    penalized = ("d/kernel", "n/gamma", "n/beta", "e/bias")
    expected = sum(formula(weights[path].astype(np.float64)) for path in penalized)
    assert_near(float(module.penalty(state.model)), expected, running.bound)
    batch = batch_of(running.program)
    predicted = module.predict(state, batch)["y"].astype(np.float64)
    loss = ((predicted - batch["y_target"]) ** 2).mean() + expected
    found = module.evaluate_step(state, batch)["loss"]
    assert_near(found, loss, running.bound)
    if dtype == "float64":
        check_gradients(running, batch)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("kind", "given", "axis"),
    [
        ("Dense", {"units": 4}, (0,)),
        ("Dense", {"units": 4}, (1,)),
        ("Conv2D", {"filters": 4, "kernel_size": 2}, (0, 1, 2)),
    ],
    ids=str,
)
def test_constraint(
    kind: str, given: dict[str, Any], axis: tuple[int, ...], dtype: str
) -> None:
    """After every update and never before the first one, below the bound as well."""
    bound = make("constraint", "max_norm", max_value=0.63, axis=list(axis))
    shape = (3,) if kind == "Dense" else (3, 3, 2)
    running = run(
        program(
            {"x": shape},
            [("d", layer(kind, **given, kernel_constraint=bound), "x")],
            optimizer=make("optimizer", "sgd", learning_rate=0.01),
        ),
        dtype,
    )
    weights = running.module.export_weights(running.state)
    weights = {path: array.astype(np.float64) for path, array in weights.items()}
    above = np.linalg.norm(weights["d/kernel"].reshape(-1, 4), axis=0)
    assert above.max() > 0.63, "the initial weights are not constrained"

    def change(path: str, gradients: Arrays, step: int) -> np.ndarray:
        w = weights[path] - 0.01 * gradients[path]
        if path == "d/kernel":
            n = np.sqrt((w**2).sum(axis=axis, keepdims=True))
            w = w * np.clip(n, 0, 0.63) / (1e-7 + n)
        weights[path] = w
        return w

    trajectory(running, change)
