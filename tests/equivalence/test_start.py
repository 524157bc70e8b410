"""What a comparison sees in initial weights, and in relations within one program."""

from __future__ import annotations

import math

import numpy as np
import pytest

from specc.catalog.initializers import INITIALIZERS, Initializer
from specc.catalog.initializers.constants import Constant, Ones, Zeros
from specc.catalog.initializers.scaled import Scaled
from specc.ir import Weight
from specc.runtime.random import random_words, uniform
from specc.verify.laws import distance_from_law
from specc.verify.samples.bundles import instances
from specc.verify.tolerances import tolerances

SCALED = [
    item
    for kind in INITIALIZERS
    if issubclass(kind, Scaled)
    for item in instances(kind)
]
SHAPE = (120, 70)


def weight(initializer: Initializer) -> Weight:
    return Weight(
        path="dense_1/kernel",
        shape=SHAPE,
        fan_in=SHAPE[0],
        fan_out=SHAPE[1],
        initializer=initializer,
    )


def drawn(initializer: Scaled) -> np.ndarray:
    """Numbers of the declared distribution, made by inverting its distribution function."""
    scale, mode, shape = initializer.law()
    fan = {"fan_in": 120, "fan_out": 70, "fan_avg": 95}[mode]
    words = random_words(3, "test", "law", math.prod(SHAPE))
    shares = uniform(words)
    if shape == "uniform":
        unit = math.sqrt(3) * (2 * shares - 1)
    else:
        stats = pytest.importorskip("scipy.stats")
        law = stats.norm() if shape == "untruncated_normal" else stats.truncnorm(-2, 2)
        unit = law.ppf(shares) / law.std()
    return (unit * math.sqrt(scale / fan)).reshape(SHAPE)


@pytest.mark.parametrize(
    "initializer", SCALED, ids=lambda i: i.model_dump_json(exclude_defaults=True)
)
def test_the_declared_distribution_is_told_from_others(initializer: Scaled) -> None:
    gate, values = tolerances()["float64.law"], drawn(initializer)
    assert distance_from_law(weight(initializer), values) < gate
    assert distance_from_law(weight(initializer), 1.25 * values) > gate
    assert distance_from_law(weight(initializer), values + values.std() / 10) > gate
    assert distance_from_law(weight(initializer), np.abs(values)) > gate


@pytest.mark.parametrize(
    ("initializer", "number"),
    [(Zeros(), 0.0), (Ones(), 1.0), (Constant(value=0.1), 0.1)],
    ids=lambda item: getattr(item, "keyword", ""),
)
def test_a_constant_is_exactly_that_number(
    initializer: Initializer, number: float
) -> None:
    values = np.full(SHAPE, number)
    assert distance_from_law(weight(initializer), values) == 0.0
    values[3, 4] += 1e-17 if number == 0.0 else 1e-15
    assert distance_from_law(weight(initializer), values) > 0.0
