"""Whether initial weights follow what their initializer declares.

All backends draw with one generator, so that a fault in it would be the same on all
sides: the numbers are held against what is declared too. A constant has to be exactly
that number. For what is drawn the measure is Kolmogorov's: √n times the largest distance
of the empirical distribution function from the declared one (Kolmogorov 1933); above 3 it
is chance once in thirty million.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ..catalog.families import Law
from ..ir import Program, Weight
from .compare import Mismatch, Part
from .ledger import Ledger
from .parts import LAWS
from .protocol import Reading
from .tolerances import tolerances

__all__ = ["compare_laws", "distance_from_law"]

UNIT = "√n times Kolmogorov's distance from the declared distribution"
#: Of what is drawn, fewer numbers than this say nothing; of more than the other, these
#: are looked at.
FEWEST, MOST = 20, 16384


def compare_laws(
    program: Program, sides: Mapping[str, Reading], ledger: Ledger
) -> None:
    """Hold the initial weights of each side against what is declared."""
    network = program.network
    weights = [w for w in network.weights() if network.taken(w.path) is None]
    constant = [weight for weight in weights if isinstance(_law(weight), int | float)]
    drawn = [
        weight
        for weight in weights
        if callable(_law(weight)) and math.prod(weight.shape) >= FEWEST
    ]
    for some, gate in ((constant, "float64.exact"), (drawn, "float64.law")):
        if some:
            _compare(some, gate, sides, ledger)


def _law(weight: Weight) -> Law | None:
    return weight.initializer.follows(weight.fan_in, weight.fan_out)


def _compare(
    weights: list[Weight], name: str, sides: Mapping[str, Reading], ledger: Ledger
) -> None:
    """Hold some weights of each side against their laws, within a gate."""
    gate = tolerances()[name]
    part = Part(LAWS, {weight.path: weight.shape for weight in weights}, name)
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
    """How far a weight's values are from what they follow.

    The largest difference from a constant; √n times the Kolmogorov distance from a
    distribution.
    """
    law = _law(weight)
    assert law is not None, "the caller has looked"
    flat = np.ravel(values)
    if not callable(law):
        return float(np.abs(flat - law).max(initial=0.0))
    chosen = np.sort(flat[:: max(1, flat.size // MOST)])
    count = chosen.size
    below = np.array([law(float(value)) for value in chosen])
    steps = np.arange(count + 1) / count
    gap = max(np.abs(below - steps[1:]).max(), np.abs(below - steps[:-1]).max())
    return float(gap) * math.sqrt(count)
