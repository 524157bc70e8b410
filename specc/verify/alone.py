"""Nodes by themselves: each gets its own inputs, and a cotangent to pull back.

What comes before a node cannot hide its faults or be blamed for them: whatever the other
nodes compute, every node is given the same inputs on every side. Inputs of the model are
examples of the data; all other edges hold random numbers, a third of them rounded, so
that there are zeros and ties. The vector–Jacobian product is taken with a random vector.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..catalog.types import Shape
from ..ir import Network
from ..runtime.random import random_words, uniform
from .compare import Part
from .expect import Expected
from .ledger import Ledger
from .protocol import Alone, Arrays, Reading

__all__ = ["ALONE", "MODES", "Forced", "compare_alone", "force"]

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
    of each call's output. All are numbers of float32.
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
        shape = (rows, *_sizes(network.edge(call.name).shape, known))
        edges[call.name] = _rounded(_numbers("edge", call.name, shape))
        cotangents[call.name] = _numbers("cotangent", call.name, shape)
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


def compare_alone(
    forced: Forced,
    expected: Expected,
    sides: Mapping[str, Reading],
    ledger: Ledger,
    moved: Callable[[str], Mapping[str, float]],
) -> None:
    """Compare what each node computes, and what it pulls back.

    `moved` says how far tensors under a prefix may be apart in any case.
    """
    outputs: dict[str, Shape | None] = {
        name: array.shape for name, array in forced.cotangents.items()
    }
    for mode in MODES:
        part = Part(
            f"nodes alone in {mode}",
            outputs,
            "float64.forward",
            "float64",
            kind=lambda name: name,
            allowed=moved(f"alone/{mode}"),
        )
        ledger.compare(part, _under(sides, f"alone/{mode}"))
    pulled = dict(_pulled(forced, expected))
    for mode in MODES:
        part = Part(
            f"nodes alone, backward in {mode}",
            pulled,
            "float64.gradient",
            "float64",
            kind=lambda name: name.rsplit("@", 1)[1],
            allowed=moved(f"pulled/{mode}"),
        )
        ledger.compare(part, _under(sides, f"pulled/{mode}"))


def _pulled(forced: Forced, expected: Expected) -> Mapping[str, Shape | None]:
    """The gradients of each call: of its inputs that are numbers, and of its weights."""
    found: dict[str, Shape | None] = {}
    for name, call in forced.calls.items():
        for edge in call.inputs:
            if forced.edges[edge].dtype.kind == "f":
                found[f"{edge}@{name}"] = forced.edges[edge].shape
        for path, shape in expected.gradients.items():
            if path.rpartition("/")[0] == call.layer:
                found[f"{path}@{name}"] = shape
    return found


def _under(sides: Mapping[str, Reading], prefix: str) -> dict[str, Arrays]:
    return {name: reading.under(prefix) for name, reading in sides.items()}
