"""Whether initial weights follow the distribution that their initializer declares.

All backends draw with one generator, so that a fault in it would be the same on all
sides: the numbers are held against the declared distribution too. The measure is
Kolmogorov's: √n times the largest distance of the empirical distribution function from
the declared one (Kolmogorov 1933); above 3 it is chance once in thirty million.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ..catalog.initializers.scaled import Scaled
from ..ir import Program, Weight
from .compare import Mismatch, Part
from .ledger import Ledger
from .protocol import Reading
from .tolerances import tolerances

__all__ = ["LAWS", "compare_laws", "distance_from_law"]

LAWS = "distribution of initial weights"
UNIT = "√n times Kolmogorov's distance from the declared distribution"
#: Fewer numbers than this say nothing; of more than the other, these are looked at.
FEWEST, MOST = 20, 16384
#: The standard deviation of a standard normal that is cut at ±2.
CUT = 0.87962566103423978


def compare_laws(
    program: Program, sides: Mapping[str, Reading], ledger: Ledger
) -> None:
    """Hold the initial weights of each side against what is declared."""
    weights = [
        weight
        for weight in program.network.weights()
        if isinstance(weight.initializer, Scaled) and math.prod(weight.shape) >= FEWEST
    ]
    if not weights:
        return
    gate = tolerances()["float64.law"]
    part = Part(LAWS, {weight.path: weight.shape for weight in weights}, "float64.law")
    for side, reading in sides.items():
        arrays = reading.under("initial")
        sizes = {
            weight.path: distance_from_law(weight, arrays[weight.path])
            for weight in weights
            if weight.path in arrays
        }
        wrong = [
            Mismatch(
                part, path, "differs", size, gate, {f"declared|{side}": size}, side
            )
            for path, size in sizes.items()
            if not size <= gate
        ]
        ledger.enter(LAWS, gate, len(weights), len(sizes), sizes, wrong, unit=UNIT)


def distance_from_law(weight: Weight, values: np.ndarray) -> float:
    """√n times the Kolmogorov distance of a weight's values from their distribution."""
    initializer = weight.initializer
    assert isinstance(initializer, Scaled), "the caller has looked"
    scale, mode, shape = initializer.law()
    fan = {
        "fan_in": weight.fan_in,
        "fan_out": weight.fan_out,
        "fan_avg": (weight.fan_in + weight.fan_out) / 2,
    }[mode]
    flat = np.ravel(values)
    chosen = np.sort(flat[:: max(1, flat.size // MOST)]) / math.sqrt(scale / fan)
    count = chosen.size
    law = np.array([_distribution(float(value), shape) for value in chosen])
    steps = np.arange(count + 1) / count
    gap = max(np.abs(law - steps[1:]).max(), np.abs(law - steps[:-1]).max())
    return float(gap) * math.sqrt(count)


def _distribution(value: float, shape: str) -> float:
    """The distribution function, of variance 1, at a value."""
    if shape == "uniform":
        edge = math.sqrt(3.0)
        return min(1.0, max(0.0, (value + edge) / (2 * edge)))
    if shape == "truncated_normal":
        low, high = _normal(-2.0), _normal(2.0)
        inside = (_normal(value * CUT) - low) / (high - low)
        return min(1.0, max(0.0, inside))
    return _normal(value)


def _normal(value: float) -> float:
    return 0.5 * (1.0 + math.erf(value / math.sqrt(2.0)))
