"""The weights and buffers that a comparison starts from."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ..ir import Network, Weight
from ..runtime.random import random_words, uniform
from .protocol import Arrays
from .spread import largest

__all__ = [
    "in_float64",
    "moved",
    "random_start",
    "shaken",
    "stand_in",
    "taken",
]

PURPOSE = "verify"


def random_start(network: Network, seed: int = 1) -> Arrays:
    """Weights and buffers away from zero and from every symmetry, by canonical name.

    Absolute values lie between 0.3 and 1.7 times a typical one, with random signs; a
    buffer that begins above zero (a variance) stays there. All are numbers of float32,
    so that both precisions start from the same.
    """
    found: Arrays = {}
    for weight in network.weights():
        found[weight.path] = _draw(seed, weight.path, weight.shape, _typical(weight))
    for buffer in network.buffers():
        drawn = _draw(seed, buffer.path, buffer.shape, 0.5)
        found[buffer.path] = np.abs(drawn) + 0.5 if buffer.initial > 0 else drawn
    return {name: a.astype(np.float32).astype(np.float64) for name, a in found.items()}


def stand_in(network: Network) -> dict[str, Arrays]:
    """Random numbers in the place of trained arrays, by source and path there."""
    found: dict[str, Arrays] = {source: {} for source in network.sources()}
    # Numbers that float32 has not, so that rounding shows.
    for path, values in moved(random_start(network, seed=2), 1e-10).items():
        where = network.taken(path)
        if where is not None:
            found[where[0]][where[1]] = values
    return found


def taken(network: Network, reused: Mapping[str, Arrays]) -> Arrays:
    """The trained arrays that a network begins with, by their names in it, in float64."""
    found: Arrays = {}
    for array in (*network.weights(), *network.buffers()):
        where = network.taken(array.path)
        if where is not None:
            found[array.path] = reused[where[0]][where[1]].astype(np.float64)
    return found


def in_float64(arrays: Arrays) -> Arrays:
    """The arrays, those of numbers in float64."""
    return {
        name: array.astype(np.float64) if array.dtype.kind == "f" else array
        for name, array in arrays.items()
    }


def moved(start: Arrays, size: float) -> Arrays:
    """The start with every number moved by that share of itself, up or down."""
    found: Arrays = {}
    for path, array in start.items():
        if array.dtype.kind != "f":
            found[path] = array
            continue
        words = random_words(0, f"{PURPOSE}-control", path, array.size)
        step = np.where(uniform(words) < 0.5, -size, size).reshape(array.shape)
        found[path] = (array * (1.0 + step)).astype(array.dtype)
    return found


def shaken(batch: Arrays, sizes: Mapping[str, float], share: float) -> Arrays:
    """Inputs of a batch moved by that share of their largest entry, up or down.

    `sizes` are the largest entries on ordinary data: there are batches of zeros.
    """
    found: Arrays = {}
    for name, usual in sizes.items():
        array = batch[name]
        if array.dtype.kind == "f":
            size = share * max(usual, largest([array]))
            words = random_words(0, f"{PURPOSE}-input", name, array.size)
            step = np.where(uniform(words) < 0.5, -size, size).reshape(array.shape)
            found[name] = (array + step).astype(array.dtype)
    return found


def _typical(weight: Weight) -> float:
    """The size that keeps signals at theirs: 1/√fan_in for kernels."""
    return 1.0 / math.sqrt(weight.fan_in) if len(weight.shape) > 1 else 0.5


def _draw(seed: int, path: str, shape: tuple[int, ...], typical: float) -> np.ndarray:
    count = math.prod(shape)
    size = uniform(random_words(seed, PURPOSE, path, count))
    sign = uniform(random_words(seed, f"{PURPOSE}-sign", path, count)) < 0.5
    values = typical * (0.3 + 1.4 * size)
    return np.where(sign, -values, values).reshape(shape)
