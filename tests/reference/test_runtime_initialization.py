"""Initial weights by distribution: moments, bounds, Kolmogorov–Smirnov."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from reference_programs import module_of
from scipy import stats
from small_programs import layer, program

from specc.catalog.registry import catalog

FAN_IN, FAN_OUT = 150, 250
AVERAGE = (FAN_IN + FAN_OUT) / 2
#: Initializer, its arguments, the variance and the shape it must have.
CASES: list[tuple[str, dict[str, Any], float, str]] = [
    ("glorot_uniform", {}, 1 / AVERAGE, "uniform"),
    ("glorot_normal", {}, 1 / AVERAGE, "truncated"),
    ("he_uniform", {}, 2 / FAN_IN, "uniform"),
    ("he_normal", {}, 2 / FAN_IN, "truncated"),
    ("lecun_uniform", {}, 1 / FAN_IN, "uniform"),
    ("lecun_normal", {}, 1 / FAN_IN, "truncated"),
    ("variance_scaling", {}, 1 / FAN_IN, "truncated"),
    (
        "variance_scaling",
        {"scale": 2, "mode": "fan_avg", "distribution": "uniform"},
        2 / AVERAGE,
        "uniform",
    ),
    (
        "variance_scaling",
        {"scale": 0.5, "mode": "fan_out", "distribution": "untruncated_normal"},
        0.5 / FAN_OUT,
        "normal",
    ),
]


def law(shape: str, variance: float) -> Any:
    """The distribution as SciPy has it."""
    deviation = math.sqrt(variance)
    if shape == "uniform":
        bound = math.sqrt(3 * variance)
        return stats.uniform(-bound, 2 * bound)
    if shape == "normal":
        return stats.norm(0, deviation)
    # The standard deviation of a standard normal cut at ±2.
    return stats.truncnorm(-2, 2, scale=deviation / stats.truncnorm(-2, 2).std())


def weights_of(keyword: str, arguments: dict[str, Any], seed: int = 1) -> np.ndarray:
    initializer = {"kind": keyword, **arguments}
    dense = layer("Dense", units=FAN_OUT, kernel_initializer=initializer)
    module = module_of(program({"x": (FAN_IN,)}, [("y", dense, "x")]))
    return module.initial_weights(seed)["y/kernel"]


def test_every_initializer_is_tested() -> None:
    tested = {keyword for keyword, *_ in CASES} | {"zeros", "ones", "constant"}
    tested.add("orthogonal")  # among the laws: its entries depend on each other
    assert tested == set(catalog().family("initializer"))


@pytest.mark.parametrize(("keyword", "arguments", "variance", "shape"), CASES)
def test_distribution(
    keyword: str, arguments: dict[str, Any], variance: float, shape: str
) -> None:
    drawn = weights_of(keyword, arguments).ravel()
    expected, count = law(shape, variance), drawn.size
    assert drawn.dtype == np.float64
    assert expected.var() == pytest.approx(variance, rel=1e-6)
    assert stats.kstest(drawn, expected.cdf).pvalue > 0.001
    assert abs(drawn.mean()) < 4 * math.sqrt(variance / count)
    kurtosis = float(expected.stats(moments="k"))
    spread = math.sqrt((kurtosis + 2) / count)
    assert abs(drawn.var() / variance - 1) < 4 * spread
    low, high = expected.support()
    assert low <= drawn.min() < expected.ppf(1e-3)
    assert high >= drawn.max() > expected.ppf(1 - 1e-3)


def test_bounds_of_the_course() -> None:
    glorot = np.abs(weights_of("glorot_uniform", {})).max()
    assert glorot == pytest.approx(math.sqrt(6 / (FAN_IN + FAN_OUT)), rel=1e-3)
    he = np.abs(weights_of("he_uniform", {})).max()
    assert he == pytest.approx(math.sqrt(6 / FAN_IN), rel=1e-3)


@pytest.mark.parametrize(
    ("keyword", "arguments", "value"),
    [("zeros", {}, 0.0), ("ones", {}, 1.0), ("constant", {"value": -0.3}, -0.3)],
)
def test_constants(keyword: str, arguments: dict[str, Any], value: float) -> None:
    assert (weights_of(keyword, arguments) == value).all()


def test_convolutions_scale_by_the_fans_of_a_window() -> None:
    conv = layer(
        "Conv2D",
        filters=64,
        kernel_size=[3, 5],
        groups=2,
        kernel_initializer={"kind": "he_uniform"},
    )
    module = module_of(program({"x": (8, 8, 32)}, [("y", conv, "x")]))
    drawn = module.initial_weights(1)["y/kernel"]
    assert drawn.shape == (3, 5, 16, 64)
    bound = math.sqrt(6 / (3 * 5 * 16))
    assert bound * 0.999 < np.abs(drawn).max() <= bound


def test_seeds_and_paths_give_weights_of_their_own() -> None:
    steps = [(name, layer("Dense", units=40), "x") for name in ("a", "b")]
    module = module_of(program({"x": (50,)}, steps))
    first, second = module.initial_weights(1), module.initial_weights(2)
    again = module.initial_weights(1)
    assert all(np.array_equal(first[path], again[path]) for path in first)
    drawn = [first["a/kernel"], first["b/kernel"], second["a/kernel"]]
    table = np.corrcoef([array.ravel() for array in drawn])
    assert np.abs(table[~np.eye(3, dtype=bool)]).max() < 4 / math.sqrt(2000)
