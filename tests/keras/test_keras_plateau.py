"""Lowering the rate on a plateau, beside Keras's own callback on a real optimizer."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest

from specc.runtime.plateau import ReduceOnPlateau

EPOCHS = 40
#: Binary fractions, which float32 holds: Keras compares and keeps its rate in that.
GRID = 64


@pytest.fixture(scope="module")
def model() -> Any:
    found = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    found.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
    return found


def rates_of_keras(
    model: Any, figures: list[float], options: dict[str, Any]
) -> list[float]:
    """The rate after each epoch, and the first."""
    model.optimizer.learning_rate.assign(1.0)
    names = {"min_learning_rate": "min_lr"}
    given = {names.get(name, name): value for name, value in options.items()}
    callback = keras.callbacks.ReduceLROnPlateau(monitor="loss", **given)
    callback.set_model(model)
    callback.on_train_begin()
    rates = [1.0]
    for epoch, figure in enumerate(figures):
        callback.on_epoch_end(epoch, {"loss": figure})
        rates.append(float(model.optimizer.learning_rate.numpy()))
    return rates


def rates_of_ours(figures: list[float], options: dict[str, Any]) -> list[float]:
    given = {name: value for name, value in options.items() if name != "mode"}
    larger = options["mode"] == "max"
    plateau = ReduceOnPlateau(1.0, "loss", larger_is_better=larger, **given)
    rates = [1.0]
    for figure in figures:
        before = plateau.rate
        assert plateau.update({"loss": figure}) == (plateau.rate < before)
        rates.append(plateau.rate)
    return rates


def case(seed: int) -> tuple[list[float], dict[str, Any]]:
    """Figures that wander downhill or uphill, with gaps, and options."""
    random = np.random.default_rng(seed)
    mode = str(random.choice(["min", "max"]))
    drift = -0.4 if mode == "min" else 0.4
    walk = np.cumsum(random.normal(drift / (1 + np.arange(EPOCHS)), 0.3))
    figures = [float(x) for x in np.round(walk * GRID) / GRID]
    for place in random.choice(np.arange(1, EPOCHS), random.integers(0, 4)):
        figures[int(place)] = math.nan
    options = {
        "mode": mode,
        "factor": float(random.choice([0.5, 0.25])),
        "patience": int(random.integers(1, 5)),
        "min_delta": float(random.integers(0, 8)) / GRID,
        "cooldown": int(random.integers(0, 4)),
        "min_learning_rate": float(random.choice([0.0, 2.0**-4, 0.1875, 2.0**-9])),
    }
    return figures, options


def test_it_counts_as_keras_does(model: Any) -> None:
    falls = 0
    for seed in range(60):
        figures, options = case(seed)
        ours = rates_of_ours(figures, options)
        assert ours == rates_of_keras(model, figures, options), (seed, options)
        falls += len(set(ours)) - 1
    assert falls > 100


def test_patience_of_none_counts_as_one(model: Any) -> None:
    figures, options = case(1)
    for patience in (0, 1):
        options["patience"] = patience
        found = rates_of_keras(model, figures, options)
        assert found == rates_of_ours(figures, options | {"patience": 1})


def test_what_is_no_number_is_never_the_best(model: Any) -> None:
    """The one difference in counting: in Keras nothing is better than a first NaN."""
    options = case(0)[1] | {
        "mode": "min",
        "patience": 2,
        "min_delta": 0.0,
        "cooldown": 0,
        "min_learning_rate": 0.0,
        "factor": 0.5,
    }
    figures = [math.nan, *(1.0 / 2**n for n in range(8))]
    assert rates_of_ours(figures, options) == [1.0] * 10
    assert rates_of_keras(model, figures, options)[-1] == 0.0625
