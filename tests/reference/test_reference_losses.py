"""Every loss of the reference backend: formula, gradient, clipping, smoothing, metrics."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from reference_programs import assert_gradient, numerical
from small_programs import make

from specc.catalog.registry import catalog
from specc.ir import Objective
from specc_reference import BACKEND
from specc_reference.runtime import losses as runtime
from specc_reference.runtime import metrics as runtime_metrics

CASES: list[tuple[str, dict[str, Any], bool]] = [
    ("mse", {}, False),
    ("binary_crossentropy", {}, False),
    ("binary_crossentropy", {}, True),
    ("binary_crossentropy", {"label_smoothing": 0.2}, False),
    ("binary_crossentropy", {"label_smoothing": 0.2, "from_logits": True}, False),
    ("categorical_crossentropy", {}, False),
    ("categorical_crossentropy", {}, True),
    ("categorical_crossentropy", {"label_smoothing": 0.1}, False),
    ("categorical_crossentropy", {"label_smoothing": 0.1}, True),
    ("sparse_categorical_crossentropy", {}, False),
    ("sparse_categorical_crossentropy", {"from_logits": True}, False),
    ("sparse_categorical_crossentropy", {}, True),
]


def written(part: Any, logits: bool, loss: Any, package: Any) -> Any:
    """The running object, made from what is written for a declared loss or metric."""
    asked = Objective(output="y", target="t", loss=loss, logits=logits)
    call = BACKEND.table.lowering(part).write(part, asked)
    named = {"True": True, "False": False}
    values = {
        name.rstrip("="): named[text] if text in named else float(text)
        for name, text in call.arguments
    }
    return getattr(package, call.function)(**values)


def loss_of(keyword: str, logits: bool = False, **arguments: Any) -> Any:
    declared = make("loss", keyword, **arguments)
    return written(declared, logits, declared, runtime)


def metric_of(keyword: str, loss: Any) -> Any:
    return written(make("metric", keyword), False, loss, runtime_metrics)


def data_for(keyword: str, logits: bool) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and targets of three examples of two rows of four entries."""
    random = np.random.default_rng(8)
    predictions = 2 * random.normal(size=(3, 2, 4))
    if keyword != "mse" and not logits:
        predictions = random.uniform(0.05, 0.95, size=(3, 2, 4))
    if keyword == "mse":
        return predictions, random.normal(size=(3, 2, 4))
    if keyword == "binary_crossentropy":
        return predictions, random.integers(0, 2, (3, 2, 4)).astype(np.float64)
    numbers = random.integers(0, 4, (3, 2))
    if keyword == "categorical_crossentropy":
        return predictions, np.eye(4)[numbers]
    return predictions, numbers


def test_every_loss_is_among_the_cases() -> None:
    assert {keyword for keyword, _, _ in CASES} == set(catalog().family("loss"))


@pytest.mark.parametrize(("keyword", "arguments", "logits"), CASES)
def test_gradient_is_central_differences(
    keyword: str, arguments: dict[str, Any], logits: bool
) -> None:
    it = loss_of(keyword, logits, **arguments)
    on_logits = logits or bool(arguments.get("from_logits"))
    predictions, targets = data_for(keyword, on_logits)
    shares = np.array([0.5, 2.0, -1.0])
    given = it.gradients(predictions, targets) * shares[:, None, None]

    def total() -> float:
        return float((shares * it.values(predictions, targets)).sum())

    assert_gradient(given, numerical(total, predictions))


@pytest.mark.parametrize(("keyword", "arguments", "logits"), CASES)
def test_values_are_the_formula(
    keyword: str, arguments: dict[str, Any], logits: bool
) -> None:
    it = loss_of(keyword, logits, **arguments)
    on_logits = logits or bool(arguments.get("from_logits"))
    smoothing = arguments.get("label_smoothing", 0.0)
    predictions, targets = data_for(keyword, on_logits)
    for given, rows, wanted in zip(
        it.values(predictions, targets), predictions, targets, strict=True
    ):
        if keyword in ("mse", "binary_crossentropy"):
            entries = [
                entry(keyword, on_logits, smoothing, p, y)
                for p, y in zip(rows.ravel(), wanted.ravel(), strict=True)
            ]
        else:
            entries = [
                row(keyword, on_logits, smoothing, p, y)
                for p, y in zip(rows, wanted, strict=True)
            ]
        assert given == pytest.approx(math.fsum(entries) / len(entries), rel=1e-12)


def entry(keyword: str, logits: bool, smoothing: float, p: float, y: float) -> float:
    """The loss of an entry, by the formula."""
    if keyword == "mse":
        return (p - y) ** 2
    y = y * (1 - smoothing) + smoothing / 2
    if logits:
        p = 1 / (1 + math.exp(-p))
    return -y * math.log(p) - (1 - y) * math.log(1 - p)


def row(keyword: str, logits: bool, smoothing: float, p: Any, y: Any) -> float:
    """The loss of a row of classes, by the formula."""
    if keyword == "sparse_categorical_crossentropy":
        y = [float(k == y) for k in range(4)]
    y = [each * (1 - smoothing) + smoothing / 4 for each in y]
    q = [math.exp(each) for each in p] if logits else list(p)
    return -sum(a * math.log(b / sum(q)) for a, b in zip(y, q, strict=True))


NEAR = 1e-7


def test_binary_probabilities_are_clipped_and_then_have_no_gradient() -> None:
    it = loss_of("binary_crossentropy")
    predictions = np.array([[0.0], [1.0], [0.0], [1.0], [NEAR], [1e-8]])
    targets = np.array([[1.0], [0.0], [0.0], [1.0], [1.0], [1.0]])
    one = 1.0 - NEAR
    expected = [-math.log(NEAR), -math.log(1 - one), -math.log1p(-NEAR), -math.log(one)]
    given = it.values(predictions, targets)
    assert given[:4] == pytest.approx(expected, rel=1e-12)
    slopes = it.gradients(predictions, targets).ravel()
    assert slopes.tolist() == [0, 0, 0, 0, pytest.approx(-1 / NEAR), 0]


def test_categorical_probabilities_are_divided_before_they_are_clipped() -> None:
    it = loss_of("categorical_crossentropy")
    predictions = np.array([[2.0, 1.0, 1.0], [5.0, 0.0, 5.0]])
    targets = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    expected = [-math.log(0.5), -math.log(NEAR)]
    assert it.values(predictions, targets) == pytest.approx(expected, rel=1e-12)
    first, second = it.gradients(predictions, targets)
    # −log(p₀ / (p₀ + p₁ + p₂)) at (2, 1, 1)
    assert first == pytest.approx([-0.5 + 0.25, 0.25, 0.25])
    assert second.tolist() == [0, 0, 0]


def test_sparse_probabilities_are_clipped_before_they_are_divided() -> None:
    it = loss_of("sparse_categorical_crossentropy")
    predictions = np.array([[2.0, 0.5, 0.5], [0.4, 0.4, 0.0]])
    targets = np.array([0, 2])
    one = 1.0 - NEAR
    expected = [-math.log(one / (one + 1.0)), -math.log(NEAR / (0.8 + NEAR))]
    assert it.values(predictions, targets) == pytest.approx(expected, rel=1e-12)
    first, second = it.gradients(predictions, targets)
    assert first == pytest.approx([0.0, 0.5, 0.5], rel=1e-6)
    assert second == pytest.approx([1.25, 1.25, 0.0], rel=1e-6)


def test_saturated_logits_keep_their_loss() -> None:
    z = np.array([[-1e3], [1e3]])
    values = loss_of("binary_crossentropy", True).values(z, np.array([[1.0], [0.0]]))
    assert values.tolist() == [1e3, 1e3]
    z = np.array([[0.0, 1e3], [1e3, 0.0]])
    it = loss_of("sparse_categorical_crossentropy", True)
    assert it.values(z, np.array([0, 0])).tolist() == [1e3, 0.0]


def test_targets_take_the_shape_of_predictions() -> None:
    predictions = np.array([[1.0], [2.0], [3.0]])
    assert loss_of("mse").values(predictions, np.array([1.0, 0.0, 3.0])).tolist() == [
        0,
        4,
        0,
    ]
    it = loss_of("sparse_categorical_crossentropy", True)
    logits = np.zeros((2, 4))
    expected = [math.log(4)] * 2
    assert it.values(logits, np.array([[0], [3]])) == pytest.approx(expected)


@pytest.mark.parametrize("number", [-1, 4])
def test_a_target_that_is_no_class_is_refused(number: int) -> None:
    it = loss_of("sparse_categorical_crossentropy", True)
    with pytest.raises(ValueError, match="from 0 to 3"):
        it.values(np.zeros((2, 4)), np.array([0, number]))


# Metrics -------------------------------------------------------------------------


def test_sparse_accuracy_takes_the_first_of_equals() -> None:
    it = metric_of("accuracy", make("loss", "sparse_categorical_crossentropy"))
    predictions = np.array([[0.4, 0.4, 0.2], [0.1, 0.2, 0.7], [0.2, 0.5, 0.3]])
    assert it.value(predictions, np.array([0, 2, 0])) == pytest.approx(2 / 3)
    assert it.value(predictions, np.array([[1], [2], [1]])) == pytest.approx(2 / 3)


def test_categorical_accuracy() -> None:
    it = metric_of("accuracy", make("loss", "categorical_crossentropy"))
    predictions = np.array([[0.4, 0.4, 0.2], [0.1, 0.2, 0.7]])
    assert it.value(predictions, np.array([[0, 1, 0], [0, 0, 1]])) == 0.5


def test_binary_accuracy_has_another_threshold_for_logits() -> None:
    predictions = np.array([[0.5], [0.4], [-0.1], [0.9]])
    targets = np.array([0.0, 1.0, 0.0, 1.0])
    probabilities = metric_of("accuracy", make("loss", "binary_crossentropy"))
    assert probabilities.value(predictions, targets) == 0.75
    declared = make("loss", "binary_crossentropy", from_logits=True)
    assert metric_of("accuracy", declared).value(predictions, targets) == 0.75
    assert metric_of("accuracy", declared).value(-predictions, targets) == 0.25


def test_mean_absolute_error() -> None:
    it = metric_of("mae", make("loss", "mse"))
    assert it.value(np.array([[1.0], [-2.0]]), np.array([3.0, -1.0])) == 1.5
