"""Penalties and constraints of the reference backend, alone and in a training step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from reference_programs import assert_gradient, module_of, numerical
from small_programs import batch_of, layer, make, objective, program, randomize

from specc_reference.runtime import constraints, regularizers

PENALTIES = [
    (regularizers.L1(factor=0.3), 0.3 * 4.5),
    (regularizers.L2(factor=0.2), 0.2 * 6.25),
    (regularizers.L1L2(l1=0.3, l2=0.2), 0.3 * 4.5 + 0.2 * 6.25),
]


@pytest.mark.parametrize(("rule", "expected"), PENALTIES)
def test_penalty(rule: Any, expected: float) -> None:
    w = np.array([[0.0, -0.5, 1.0], [-2.0, 1.0, 0.0]])
    assert rule.penalty(w) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("rule", [rule for rule, _ in PENALTIES])
def test_gradient_of_a_penalty(rule: Any) -> None:
    w = np.random.default_rng(0).normal(size=(3, 4))
    assert_gradient(rule.gradient(w), numerical(lambda: rule.penalty(w), w))
    assert rule.gradient(np.zeros(2)).tolist() == [0, 0]


def test_max_norm_is_its_formula() -> None:
    w = np.random.default_rng(1).normal(size=(3, 2, 2, 4))
    w[..., 0] *= 0.1
    projected = constraints.MaxNorm(max_value=1.5, axis=(0, 1, 2)).project(w)
    for o in range(4):
        n = math.sqrt(math.fsum(w[..., o].ravel() ** 2))
        factor = min(max(n, 0.0), 1.5) / (1e-7 + n)
        assert projected[..., o] == pytest.approx(w[..., o] * factor, rel=1e-13)
        norm = math.sqrt(math.fsum(projected[..., o].ravel() ** 2))
        assert norm < min(n, 1.5)  # also a weight below the bound shrinks a trifle
        assert norm == pytest.approx(min(n, 1.5), rel=1e-5)


def test_max_norm_of_zeros_is_zeros() -> None:
    projected = constraints.MaxNorm(max_value=1.0, axis=(0,)).project(np.zeros((3, 2)))
    assert not projected.any()


def test_the_constraint_comes_after_the_update() -> None:
    bound = make("constraint", "max_norm", max_value=0.25, axis=(0,))
    dense = layer("Dense", units=3, kernel_constraint=bound, bias_constraint=bound)
    rule = make("optimizer", "sgd", learning_rate=0.5)
    tested = program({"x": (4,)}, [("it", dense, "x")], optimizer=rule)
    module, batch = module_of(tested), batch_of(tested)
    state = module.init_state()
    before = module.export_weights(state)
    assert np.sqrt((before["it/kernel"] ** 2).sum(axis=0)).max() > 0.25
    raw, _ = module.gradients(state, batch, 0)
    state, _ = module.train_step(state, batch, 0)
    limit = constraints.MaxNorm(max_value=0.25, axis=(0,))
    for path, after in module.export_weights(state).items():
        wanted = limit.project(before[path] - 0.5 * raw[path])
        assert after == pytest.approx(wanted, rel=1e-12, abs=1e-15)


def test_penalties_are_in_loss_and_gradients_once_a_batch() -> None:
    both = make("regularizer", "l1_l2", l1=0.1, l2=0.2)
    plain = layer("Dense", units=3)
    loaded = layer(
        "Dense",
        units=3,
        kernel_regularizer=both,
        bias_regularizer=make("regularizer", "l2", factor=0.5),
    )
    results = []
    for dense in (plain, loaded):
        asked = [objective("y", make("loss", "mse", weight=2.0))]
        tested = program({"x": (4,)}, [("it", dense, "x")], objectives=asked)
        module, batch = module_of(tested), batch_of(tested)
        state = module.init_state()
        randomize(module, state)
        found, logs = module.gradients(state, batch, 0)
        figures = module.evaluate_step(state, batch)
        assert figures["loss"] == pytest.approx(logs["loss"], rel=1e-14)
        results.append((found, logs["loss"], module.export_weights(state)))
    (free, loss, weights), (bound, penalized, _) = results
    w, b = weights["it/kernel"], weights["it/bias"]
    extra = 0.1 * np.abs(w).sum() + 0.2 * (w**2).sum() + 0.5 * (b**2).sum()
    assert penalized - loss == pytest.approx(extra, rel=1e-12)
    added = bound["it/kernel"] - free["it/kernel"]
    assert added == pytest.approx(0.1 * np.sign(w) + 0.4 * w, rel=1e-10)
    assert bound["it/bias"] - free["it/bias"] == pytest.approx(b, rel=1e-10)
