"""Every activation of the reference backend: formula, gradient, kinks, saturation."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from reference_programs import assert_gradient, numerical
from small_programs import make

from specc.catalog.registry import catalog
from specc_reference import BACKEND
from specc_reference.runtime import activations as runtime

CASES: list[tuple[str, dict[str, Any]]] = [
    ("linear", {}),
    ("relu", {}),
    ("leaky_relu", {}),
    ("leaky_relu", {"negative_slope": 0.01}),
    ("elu", {}),
    ("elu", {"alpha": 0.5}),
    ("selu", {}),
    ("tanh", {}),
    ("sigmoid", {}),
    ("softmax", {}),
]
ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805
FORMULAS: dict[str, Callable[[float], float]] = {
    "linear": lambda x: x,
    "relu": lambda x: max(x, 0.0),
    "leaky_relu": lambda x: x if x > 0 else 0.2 * x,
    "elu": lambda x: x if x > 0 else math.exp(x) - 1,
    "selu": lambda x: SCALE * x if x >= 0 else SCALE * ALPHA * (math.exp(x) - 1),
    "tanh": lambda x: (math.exp(x) - math.exp(-x)) / (math.exp(x) + math.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
}
AT_ZERO = {
    ("relu", ()): 0.0,
    ("leaky_relu", (("negative_slope", 0.3),)): 0.3,
    ("elu", (("alpha", 0.5),)): 0.5,
    ("selu", ()): SCALE,
    ("tanh", ()): 1.0,
    ("sigmoid", ()): 0.25,
}


def activation(keyword: str, **arguments: Any) -> Any:
    """The running activation, made from what is written for the declared one."""
    declared = make("activation", keyword, **arguments)
    written = BACKEND.table.lowering(declared).write(declared)
    values = {name.rstrip("="): float(text) for name, text in written.arguments}
    return getattr(runtime, written.function)(**values)


def test_every_activation_is_among_the_cases() -> None:
    assert {keyword for keyword, _ in CASES} == set(catalog().family("activation"))


@pytest.mark.parametrize(("keyword", "arguments"), CASES)
def test_gradient_is_central_differences(
    keyword: str, arguments: dict[str, Any]
) -> None:
    it = activation(keyword, **arguments)
    random = np.random.default_rng(2)
    x, gradient = 2 * random.normal(size=(2, 3, 5)), random.normal(size=(2, 3, 5))
    measured = numerical(lambda: float((gradient * it.value(x)).sum()), x)
    assert_gradient(it.backward(x, gradient), measured)


@pytest.mark.parametrize("keyword", FORMULAS)
def test_values_are_the_formula(keyword: str) -> None:
    x = np.array([-7.5, -1.0, -1e-3, 0.0, 1e-3, 0.7, 12.0])
    expected = [FORMULAS[keyword](each) for each in x]
    assert activation(keyword).value(x) == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_softmax_is_its_formula() -> None:
    x = np.array([[0.1, -2.0, 3.0], [1.0, 1.0, 1.0]])
    for row, given in zip(x, activation("softmax").value(x), strict=True):
        total = sum(math.exp(each) for each in row)
        assert given == pytest.approx([math.exp(each) / total for each in row])


@pytest.mark.parametrize(("keyword", "arguments"), AT_ZERO)
def test_derivative_at_zero(keyword: str, arguments: Any) -> None:
    it = activation(keyword, **dict(arguments))
    given = it.backward(np.zeros(1), np.ones(1))
    assert given[0] == AT_ZERO[keyword, arguments]


@pytest.mark.parametrize("keyword", ["elu", "selu", "tanh", "sigmoid", "softmax"])
def test_saturation_neither_overflows_nor_loses_the_value(keyword: str) -> None:
    x = np.array([[-1e4, 1e4, 0.0, -1e4]])
    with np.errstate(all="raise", under="ignore"):
        it = activation(keyword)
        y, back = it.value(x), it.backward(x, np.ones_like(x))
    assert np.isfinite(y).all()
    assert np.isfinite(back).all()
    limits = {"elu": -1.0, "selu": -ALPHA * SCALE, "tanh": -1.0}
    assert y[0, 0] == pytest.approx(limits.get(keyword, 0.0), abs=1e-15)


@pytest.mark.parametrize(("keyword", "arguments"), CASES)
def test_a_nan_is_not_hidden(keyword: str, arguments: dict[str, Any]) -> None:
    assert np.isnan(activation(keyword, **arguments).value(np.array([np.nan, 1.0]))[0])
