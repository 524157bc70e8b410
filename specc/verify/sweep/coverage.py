"""What random programs have covered: options of fields, and which layer feeds which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import cache

from ...catalog.construct import Construct
from ...catalog.layers import Layer
from ...catalog.registry import catalog
from ...catalog.types import Shape
from ...ir import Program
from ...unparse import settings_of, settings_of_phase
from ..samples.bundles import instances
from ..samples.drafts import SHAPES
from .options import every_option, within

__all__ = ["Coverage", "Share", "fitting_pairs"]


@dataclass(frozen=True)
class Share:
    """How many of some things were met, and those that were not."""

    met: int
    missing: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many there are."""
        return self.met + len(self.missing)

    @property
    def value(self) -> float:
        """The share that was met, from 0 to 1."""
        return self.met / self.total

    def __str__(self) -> str:
        return f"{self.met} of {self.total} ({self.value:.1%})"


@dataclass
class Coverage:
    """How often programs had each construct, each option, and each pair of layers."""

    seen: Counter[Hashable] = field(default_factory=Counter[Hashable])

    def add(self, program: Program) -> None:
        """Take a program into account."""
        for item in _constructs(program):
            self.seen.update(set(within(item)))
            self.seen[item.family, item.keyword] += 1
        self.seen.update(_pairs(program))

    def options(self) -> Share:
        """The share of the options of all fields of all constructs."""
        every = list(every_option())
        missing = [option for option in every if not self.seen[option]]
        texts = tuple(f"{word}.{name}={value}" for _, word, name, value in missing)
        return Share(len(every) - len(missing), texts)

    def pairs(self) -> Share:
        """The share of the pairs of layers of which one can feed the other."""
        every = sorted(fitting_pairs())
        missing = tuple(" -> ".join(pair) for pair in every if not self.seen[pair])
        return Share(len(every) - len(missing), missing)


def _constructs(program: Program) -> Iterator[Construct]:
    for node in program.network.layers:
        yield node.layer
    training = program.training
    if training is None:
        return
    yield settings_of(training)
    for objective in training.objectives:
        yield objective.loss
        yield from objective.metrics
    for phase in training.phases:
        yield settings_of_phase(phase)
        yield from phase.callbacks


def _pairs(program: Program) -> Iterator[tuple[str, str]]:
    """Who feeds whom; inputs have no keyword."""
    network = program.network
    made = {
        call.name: network.layer(call.layer).layer.keyword for call in network.calls
    }
    for call in network.calls:
        for edge in call.inputs:
            yield made.get(edge, ""), made[call.name]


@cache
def fitting_pairs() -> frozenset[tuple[str, str]]:
    """The ordered pairs of layers of which the first can feed the second.

    By the layers' own shape rules, for the shapes and the instances of the samples.
    """
    every = {shape: _makers(shape) for shape in SHAPES.values()}
    made: dict[Shape, set[str]] = {}
    for makers in every.values():
        for word, shapes in makers.items():
            for shape in shapes:
                made.setdefault(shape, set()).add(word)
    return frozenset(
        (first, second)
        for shape, words in made.items()
        for second in _makers(shape)
        for first in words
    )


def _makers(shape: Shape) -> dict[str, set[Shape]]:
    """The layers that take such a shape, and the shapes that they make of it."""
    found: dict[str, set[Shape]] = {}
    for word, kind in catalog().family("layer").items():
        assert issubclass(kind, Layer)
        inputs = (shape, shape) if kind.takes == "many" else (shape,)
        for layer in (*_plain(kind), *_suited(kind, inputs)):
            try:
                found.setdefault(word, set()).add(layer.output_shape(inputs))
            except ValueError:
                continue
    return {word: shapes for word, shapes in found.items() if shapes}


@cache
def _plain(kind: type[Layer]) -> tuple[Layer, ...]:
    return tuple(item for item in instances(kind) if isinstance(item, Layer))


def _suited(kind: type[Layer], inputs: tuple[Shape, ...]) -> Iterator[Layer]:
    for arguments in kind.suited(inputs):
        yield kind.model_validate(arguments)
