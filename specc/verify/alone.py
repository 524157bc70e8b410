"""Nodes by themselves: each gets its own inputs, and a cotangent to pull back.

What comes before a node cannot hide its faults or be blamed for them: whatever the other
nodes compute, every node is given the same inputs on every side. Inputs of the model are
examples of the data; all other edges hold random numbers, a third of them rounded, so
that there are zeros and ties. The vector–Jacobian product is taken with a random vector.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..catalog.layers import is_real
from ..catalog.types import Shape
from ..ir import Network
from ..runtime.random import random_words, uniform
from .compare import Part
from .expect import Expected
from .protocol import Alone, Arrays, Precision

__all__ = ["ALONE", "MODES", "Forced", "alone_parts", "force"]

ROWS = 3
MODES = ("inference", "training")
#: The parts of this comparison, in order.
ALONE = tuple(
    f"nodes alone{way} in {mode}" for way in ("", ", backward") for mode in MODES
)


@dataclass(frozen=True)
class Forced:
    """The arrays that nodes are given, and what each takes of them.

    `edges` hold the values of all edges, with the ids of the examples; `cotangents` those
    of each call's output that holds real numbers, all of them numbers of float32.
    """

    calls: dict[str, Alone]
    edges: Arrays
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
    return Forced(calls, edges, cotangents)


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
    for title, where, names, gate, kind in (
        ("nodes alone", "alone", outputs, "float64.forward", _itself),
        ("nodes alone, backward", "pulled", pulled, "float64.gradient", _node),
    ):
        for mode in MODES:
            part = Part(
                f"{title} in {mode}",
                names,
                "float32.ratio" if single else gate,
                precision,
                kind=kind,
            )
            yield part, f"{where}/{mode}"


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
