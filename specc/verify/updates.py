"""Updates from given gradients: the rule by itself, whatever the model computes.

Some gradients are zero but for rounding (that of a bias before BatchNormalization), and
an adaptive optimizer turns that rounding into steps: there two honest trainings part, and
a rule that is wrong hides. Here every weight gets the same random gradient on every side,
and all weights and slots must come out alike.
"""

from __future__ import annotations

import math

import numpy as np

from ..catalog.types import Shape
from ..ir import Network
from ..runtime.random import random_words, uniform
from .compare import Part
from .expect import Expected
from .parts import UPDATES
from .protocol import Arrays

__all__ = ["given_gradients", "idle_units", "part_of_update", "steps_of"]

#: The steps at which updates are made one after another: the first ones, and a late one.
STEPS = (0, 1, 2, 3, 70_000)
#: The size of the gradients at each: clipped or not, all zero once.
SIZES = (1.0, 0.01, 30.0, 0.0, 1.0)


def steps_of(room: int) -> tuple[int, ...]:
    """The steps, all if the states after so many may be written down."""
    return STEPS if room >= len(STEPS) else (STEPS[0], STEPS[-1])


def given_gradients(expected: Expected, steps: tuple[int, ...]) -> dict[int, Arrays]:
    """Random gradients of all trained weights at each step, numbers of float32.

    At the first step those of the first unit of each weight are 0, see `idle_units`.
    """
    found: dict[int, Arrays] = {}
    for step in steps:
        size = SIZES[STEPS.index(step)]
        found[step] = {
            path: _drawn(f"{step}/{path}", tuple(map(int, shape)), size)
            for path, shape in expected.gradients.items()
        }
        if step == 0:
            for array in found[step].values():
                array[..., :1] = 0.0
    return found


def idle_units(network: Network, start: Arrays) -> Arrays:
    """Weights with a constraint, their first unit at 0: a norm that is 0 divides nothing."""
    found: Arrays = {}
    for weight in network.weights():
        if weight.constraint is not None:
            found[weight.path] = start[weight.path].copy()
            found[weight.path][..., :1] = 0.0
    return found


def part_of_update(expected: Expected, step: int, gate: str, dtype: str) -> Part:
    """Weights, buffers and slots after the update at a step; no entry is spared."""
    state: dict[str, Shape | None] = {
        name: shape
        for name, shape in expected.state().items()
        if not name.startswith("counter/")
    }
    return Part(UPDATES, state, gate, dtype, expected.kind, step=step + 1)


def _drawn(name: str, shape: tuple[int, ...], size: float) -> np.ndarray:
    words = random_words(1, "verify-gradient", name, math.prod(shape))
    return (2.0 * size * (uniform(words) - 0.5)).reshape(shape).astype(np.float32)
