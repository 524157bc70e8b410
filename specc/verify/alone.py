"""Nodes by themselves: each gets its own inputs, and a cotangent to pull back.

What comes before a node cannot hide its faults or be blamed for them: whatever the other
nodes compute, every node is given the same inputs on every side. Inputs of the model are
examples of the data; all other edges hold random numbers, a third of them rounded, so
that there are zeros and ties. The vector–Jacobian product is taken with a random vector.

Each node is looked at twice more, with numbers that strain its way of computing: large
ones, whose exponentials float32 has not, and numbers whose mean is large against their
deviation, so that differences of their squares cancel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..catalog.layers import is_real
from ..catalog.types import Shape
from ..ir import Network
from ..runtime.random import random_words, uniform
from .compare import Part
from .expect import Expected
from .parts import MODES, PULLED, SOLO
from .protocol import Alone, Arrays, Precision, Reading
from .spread import largest

__all__ = ["STRAINED", "Forced", "alone_parts", "force", "held_to"]

ROWS = 3


#: The size of ordinary numbers, and of those that strain.
ORDINARY, LARGE, FAR = 1.5, 300.0, 2000.0


def _large(numbers: np.ndarray) -> np.ndarray:
    return numbers * np.float32(LARGE / ORDINARY)


def _far(numbers: np.ndarray) -> np.ndarray:
    """About `FAR`; neighbours lie apart, so that along no axis all are nearly alike."""
    apart = np.indices(numbers.shape).sum(axis=0) % 3 - 1
    return (numbers / 4 + apart + FAR).astype(np.float32)


#: Ways to strain nodes, with what they make of ordinary numbers.
STRAINED: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "large": _large,
    "far": _far,
}


@dataclass(frozen=True)
class Forced:
    """The arrays that nodes are given, and what each takes of them.

    `edges` hold the values of all edges, with the ids of the examples; `strained` those
    that are different when nodes are strained, by the way; `cotangents` those of each
    call's output that holds real numbers, all of them numbers of float32.
    """

    calls: dict[str, Alone]
    edges: Arrays
    strained: Mapping[str, Arrays]
    cotangents: Arrays

    @property
    def rows(self) -> int:
        """The number of examples."""
        return len(self.edges["ids"])


def force(network: Network, batch: Arrays) -> Forced:
    """What the nodes of a network are given; its inputs come from the batch."""
    rows = min(ROWS, len(batch["ids"]))
    edges: Arrays = {"ids": batch["ids"][:rows]}
    known: dict[str, int] = {}
    for item in network.inputs:
        edges[item.name] = batch[item.name][:rows]
        shape = network.edge(item.name).shape
        sizes = edges[item.name].shape[1:]
        pairs = zip(shape, sizes, strict=False)
        known |= {dim: size for dim, size in pairs if isinstance(dim, str)}
    cotangents: Arrays = {}
    for call in network.calls:
        edge = network.edge(call.name)
        shape = (rows, *_sizes(edge.shape, known))
        numbers = _rounded(_numbers("edge", call.name, shape))
        if is_real(edge.dtype):
            edges[call.name] = numbers
            cotangents[call.name] = _numbers("cotangent", call.name, shape)
        else:
            edges[call.name] = np.round(2 * numbers).astype(edge.dtype)
    calls = {
        call.name: Alone(layer=call.layer, inputs=tuple(dict.fromkeys(call.inputs)))
        for call in network.calls
    }
    return Forced(calls, edges, _strained(edges), cotangents)


def _strained(edges: Arrays) -> dict[str, Arrays]:
    """All edges that hold real numbers, inputs of the model among them.

    None of a single example: in a variance of 0 honest rounding is lost as well.
    """
    if len(edges["ids"]) < 2:
        return {}
    usual = {
        name: _numbers("edge", name, array.shape)
        for name, array in edges.items()
        if array.dtype.kind == "f"
    }
    return {
        way: {name: change(numbers) for name, numbers in usual.items()}
        for way, change in STRAINED.items()
    }


def _sizes(shape: Shape, known: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(dim if isinstance(dim, int) else known.get(dim, 1) for dim in shape)


def _numbers(what: str, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Random numbers between -1.5 and 1.5."""
    words = random_words(1, f"verify-{what}", name, math.prod(shape))
    return (3.0 * (uniform(words) - 0.5)).reshape(shape).astype(np.float32)


def _rounded(numbers: np.ndarray) -> np.ndarray:
    """The numbers, those of the first of three rows rounded to halves."""
    rounded = numbers.copy()
    rounded[::3] = np.round(numbers[::3] * 2) / 2
    return rounded


def alone_parts(
    forced: Forced, expected: Expected, precision: Precision
) -> Iterator[tuple[Part, str]]:
    """What each node computes and what it pulls back: parts, and where readings have them."""
    single = precision == "float32"
    outputs: dict[str, Shape | None] = {
        name: forced.edges[name].shape for name in forced.calls
    }
    pulled = dict(_pulled(forced, expected))
    for titles, where, names, gate, kind in (
        (SOLO, "alone", outputs, "float64.forward", _itself),
        (PULLED, "pulled", pulled, "float64.gradient", _node),
    ):
        for way in ("", *forced.strained):
            limit = gate.replace(".", ".odd_") if way else gate
            for title, mode in zip(titles, MODES, strict=True):
                part = Part(
                    title,
                    names,
                    "float32.ratio" if single else limit,
                    precision,
                    kind=kind,
                    batch=way or None,
                )
                yield part, f"{where}{way and '-'}{way}/{mode}"


def held_to(sides: Iterable[Reading], place: str) -> dict[str, float]:
    """The sizes that gradients of strained nodes are held against, by name.

    Where a tanh is saturated its derivative is the small difference of numbers near 1; it
    is held against that of the ordinary node, times what the numbers are larger.
    """
    where, mode = place.split("/")
    if where not in {f"pulled-{way}" for way in STRAINED}:
        return {}
    found: dict[str, float] = {}
    for reading in sides:
        for name, array in reading.under(f"pulled/{mode}").items():
            size = largest([array]) * FAR / ORDINARY
            found[name] = max(found.get(name, 0.0), size)
    return found


def _itself(name: str) -> str:
    return name


def _node(name: str) -> str:
    return name.rsplit("@", 1)[1]


def _pulled(forced: Forced, expected: Expected) -> Mapping[str, Shape | None]:
    """The gradients of each call: of its inputs that are numbers, and of its weights."""
    found: dict[str, Shape | None] = {}
    for name, call in forced.calls.items():
        if name not in forced.cotangents:
            continue
        for edge in call.inputs:
            if forced.edges[edge].dtype.kind == "f":
                found[f"{edge}@{name}"] = forced.edges[edge].shape
        for path, shape in expected.gradients.items():
            if path.rpartition("/")[0] == call.layer:
                found[f"{path}@{name}"] = shape
    return found
