"""Update rules against their formulas in scalar Python; gradient clipping."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from reference_programs import module_of
from small_programs import batch_of, layer, make, program

from specc.catalog.registry import catalog
from specc_reference.runtime import clipping

GRADIENTS = [0.3, -1.2, 0.05, 0.0, 2.0, -0.4, -0.4]
RATES = [0.1, 0.1, 0.1, 0.02, 0.02, 0.02, 0.02]
SCHEDULE = {
    "kind": "piecewise_constant",
    "pieces": ({"value": 0.1, "span": {"value": 3.0, "unit": "steps"}}, 0.02),
}


def sgd(m: float = 0.0, nesterov: bool = False) -> Iterator[float]:
    w, v = 0.5, 0.0
    for g, lr in zip(GRADIENTS, RATES, strict=True):
        v = m * v - lr * g
        w += m * v - lr * g if nesterov else v
        yield w


def rmsprop(
    rho: float = 0.9, m: float = 0.0, epsilon: float = 1e-7, centered: bool = False
) -> Iterator[float]:
    w, s, a, q = 0.5, 0.0, 0.0, 0.0
    for g, lr in zip(GRADIENTS, RATES, strict=True):
        s = rho * s + (1 - rho) * g * g
        a = rho * a + (1 - rho) * g
        d = s - a * a if centered else s
        q = m * q + lr * g / math.sqrt(d + epsilon)
        w -= q
        yield w


def adam(
    b1: float = 0.9,
    b2: float = 0.999,
    epsilon: float = 1e-7,
    amsgrad: bool = False,
    corrected: bool = False,
) -> Iterator[float]:
    w, m, v, largest = 0.5, 0.0, 0.0, 0.0
    for t, (g, lr) in enumerate(zip(GRADIENTS, RATES, strict=True), 1):
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        largest = max(largest, v)
        used = largest if amsgrad else v
        if corrected:
            w -= lr / (1 - b1**t) * m / (math.sqrt(used / (1 - b2**t)) + epsilon)
        else:
            scale = lr * math.sqrt(1 - b2**t) / (1 - b1**t)
            w -= scale * m / (math.sqrt(used) + epsilon)
        yield w


def nadam(b1: float = 0.9, b2: float = 0.999, epsilon: float = 1e-7) -> Iterator[float]:
    w, m, v, product = 0.5, 0.0, 0.0, 1.0
    for t, (g, lr) in enumerate(zip(GRADIENTS, RATES, strict=True), 1):
        now, ahead = (b1 * (1 - 0.5 * 0.96**i) for i in (t, t + 1))
        product *= now
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        hat = ahead * m / (1 - product * ahead) + (1 - now) * g / (1 - product)
        w -= lr * hat / (math.sqrt(v / (1 - b2**t)) + epsilon)
        yield w


CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("sgd", {}, sgd()),
    ("sgd", {"momentum": 0.9}, sgd(0.9)),
    ("sgd", {"momentum": 0.7, "nesterov": True}, sgd(0.7, nesterov=True)),
    ("rmsprop", {}, rmsprop()),
    ("rmsprop", {"rho": 0.5, "epsilon": 0.01}, rmsprop(rho=0.5, epsilon=0.01)),
    ("rmsprop", {"momentum": 0.9}, rmsprop(m=0.9)),
    ("rmsprop", {"centered": True}, rmsprop(centered=True)),
    (
        "rmsprop",
        {"centered": True, "momentum": 0.8},
        rmsprop(m=0.8, centered=True),
    ),
    ("adam", {}, adam()),
    ("adam", {"beta_1": 0.5, "beta_2": 0.7, "epsilon": 0.1}, adam(0.5, 0.7, 0.1)),
    ("adam", {"beta_1": 0.0, "beta_2": 0.0}, adam(0.0, 0.0)),
    ("adam", {"amsgrad": True, "beta_2": 0.6}, adam(b2=0.6, amsgrad=True)),
    (
        "adam",
        {"epsilon_place": "corrected", "epsilon": 0.1},
        adam(epsilon=0.1, corrected=True),
    ),
    (
        "adam",
        {"epsilon_place": "corrected", "amsgrad": True, "beta_2": 0.6},
        adam(b2=0.6, amsgrad=True, corrected=True),
    ),
    ("nadam", {}, nadam()),
    ("nadam", {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.1}, nadam(0.5, 0.9, 0.1)),
]


def test_every_optimizer_is_among_the_cases() -> None:
    assert {keyword for keyword, _, _ in CASES} == set(catalog().family("optimizer"))


@pytest.mark.parametrize(("keyword", "arguments", "expected"), CASES)
def test_updates_are_the_formula(
    keyword: str, arguments: dict[str, Any], expected: Iterator[float]
) -> None:
    """A net of one weight w with loss (w · 1 − y)², where y gives the wanted gradient."""
    rule = make("optimizer", keyword, learning_rate=SCHEDULE, **arguments)
    start = {"kind": "constant", "value": 0.5}
    dense = layer("Dense", units=1, use_bias=False, kernel_initializer=start)
    module = module_of(program({"x": (1,)}, [("it", dense, "x")], optimizer=rule))
    state = module.init_state()
    slots = {path for path in module.export_state(state) if path.startswith("opt")}
    assert slots == {f"optimizer/{slot}/it/kernel" for slot in rule.slots()}
    for step, (g, wanted) in enumerate(zip(GRADIENTS, expected, strict=True)):
        w = float(module.export_weights(state)["it/kernel"][0, 0])
        y = np.array([w - g / 2])  # 2 · (w − y) = g
        batch = {"ids": np.arange(1), "x": np.ones((1, 1)), "y_target": y}
        assert module.learning_rate(step, 1) == RATES[step]
        state, _ = module.train_step(state, batch, step)
        after = float(module.export_weights(state)["it/kernel"][0, 0])
        assert after == pytest.approx(wanted, rel=1e-12)


def test_momentum_by_hand() -> None:
    rule = make("optimizer", "sgd", learning_rate=0.5, momentum=0.5)
    dense = layer("Dense", units=1, use_bias=False, kernel_initializer={"kind": "ones"})
    module = module_of(program({"x": (1,)}, [("it", dense, "x")], optimizer=rule))
    state = module.init_state()
    batch = {"ids": np.arange(1), "x": np.ones((1, 1)), "y_target": np.zeros(1)}
    # w = 1, gradient 2w: v = −1, w = 0; then gradient 0: v = −1/2, w = −1/2.
    for step, (v, w) in enumerate([(-1.0, 0.0), (-0.5, -0.5)]):
        state, _ = module.train_step(state, batch, step)
        arrays = module.export_state(state)
        assert arrays["optimizer/velocity/it/kernel"].item() == v
        assert arrays["it/kernel"].item() == w


# Clipping ------------------------------------------------------------------------

COURSE = {"w": np.array([0.9, 100.0])}


def test_clipping_by_value_bends_the_direction() -> None:
    assert clipping.clip_by_value(COURSE, 1.0)[0]["w"].tolist() == [0.9, 1.0]
    assert clipping.clip_by_value({"w": np.array([-7.0])}, 2.0)[0]["w"].tolist() == [
        -2.0
    ]


def test_clipping_by_norm_keeps_the_direction() -> None:
    clipped = clipping.clip_by_norm(COURSE, 1.0)[0]["w"]
    assert clipped == pytest.approx([0.00899964, 0.9999595], abs=5e-9)


def test_clipping_by_norm_is_per_weight_and_leaves_small_gradients_alone() -> None:
    given = {"a": np.array([3.0, 4.0]), "b": np.array([[0.3, 0.4]])}
    clipped, norm = clipping.clip_by_norm(given, 1.0)
    assert norm == 5.0, "the largest of all"
    assert clipped["a"] == pytest.approx([0.6, 0.8])
    assert clipped["b"] == pytest.approx(given["b"], rel=1e-15)


def test_clipping_by_global_norm_takes_all_weights_together() -> None:
    given = {"a": np.array([3.0, 4.0]), "b": np.array([12.0])}
    clipped, norm = clipping.clip_by_global_norm(given, 6.5)
    assert norm == 13.0
    assert clipped["a"] == pytest.approx([1.5, 2.0])
    assert clipped["b"] == pytest.approx([6.0])
    same, _ = clipping.clip_by_global_norm(given, 20.0)
    assert all(same[path] == pytest.approx(given[path]) for path in given)


@pytest.mark.parametrize(
    "clip",
    [clipping.clip_by_value, clipping.clip_by_norm, clipping.clip_by_global_norm],
)
def test_clipping_zeros_gives_zeros(clip: Any) -> None:
    with np.errstate(all="raise"):
        clipped, norm = clip({"a": np.zeros(3)}, 1.0)
    assert clipped["a"].tolist() == [0, 0, 0]
    assert norm == 0.0


@pytest.mark.parametrize("entry", [np.nan, np.inf])
@pytest.mark.parametrize(
    "clip",
    [clipping.clip_by_value, clipping.clip_by_norm, clipping.clip_by_global_norm],
)
def test_a_gradient_that_is_no_number_shows_in_the_norm(
    clip: Any, entry: float
) -> None:
    given = {"a": np.ones(3), "b": np.array([1.0, entry]), "c": np.ones(2)}
    with np.errstate(invalid="ignore"):
        clipped, norm = clip(given, 0.5)
    assert not np.isfinite(norm)
    if clip is clipping.clip_by_global_norm and np.isnan(entry):
        assert np.isnan(clipped["a"]).all(), "the factor is no number either"


@pytest.mark.parametrize(
    ("field", "function"),
    [
        ("clipvalue", clipping.clip_by_value),
        ("clipnorm", clipping.clip_by_norm),
        ("global_clipnorm", clipping.clip_by_global_norm),
    ],
)
def test_the_step_clips_before_it_updates(field: str, function: Any) -> None:
    rule = make("optimizer", "sgd", learning_rate=0.1, **{field: 0.01})
    steps = [("it", layer("Dense", units=3), "x")]
    tested = program({"x": (4,)}, steps, optimizer=rule)
    module, batch = module_of(tested), batch_of(tested)
    state = module.init_state()
    before = module.export_weights(state)
    raw, _ = module.gradients(state, batch, 0)
    clipped, _ = function(raw, 0.01)
    assert any(not np.allclose(raw[path], clipped[path]) for path in raw)
    state, _ = module.train_step(state, batch, 0)
    for path, after in module.export_weights(state).items():
        assert after == pytest.approx(before[path] - 0.1 * clipped[path], rel=1e-12)
