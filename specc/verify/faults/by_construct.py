"""Faults of each construct, made from the catalogue itself.

What is planted is what the backend writes for a construct that differs a little from the
one asked for: an argument is dropped, a number is rounded to float32, or a member without
arguments is taken for its neighbour in the family. The two texts differ in nothing but
what that construct emits. Arguments that change shapes are left to faults by hand, for a
program that does not fit together is found by anyone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...backend import backend as find_backend
from ...catalog.construct import Construct
from ...catalog.families import CLIPPING
from ...catalog.registry import catalog
from ...ir import Program
from ..samples import base, in_shapes, variations
from .edits import Edit
from .fault import Family, Fault

__all__ = ["EMITTED", "of_catalogue", "of_construct"]

#: The families that backends write, and what a fault in one of their arguments is in.
EMITTED: dict[str, Family] = {
    "layer": Family.OPERATORS,
    "wrapper": Family.OPERATORS,
    "activation": Family.OPERATORS,
    "initializer": Family.INITIALIZATION,
    "regularizer": Family.LOSSES,
    "constraint": Family.LOOP,
    "loss": Family.LOSSES,
    "metric": Family.LOSSES,
    "optimizer": Family.LOOP,
    "schedule": Family.LOOP,
    "callback": Family.LOOP,
}

#: Arguments that belong to another family of faults than their construct.
_FIELDS: dict[tuple[str, str], Family] = {
    ("layer", "momentum"): Family.STATE,
    **{("optimizer", name): Family.GRADIENTS for name in CLIPPING},
}

#: Where a construct is named by another word than its node or field.
_NAMED: dict[str, tuple[str, ...]] = {
    "regularizer": ("regularizer",),
    "constraint": ("constraint",),
    "initializer": ("initializer",),
    "loss": ("loss",),
    "metric": ("metric",),
    "optimizer": ("optimizer", "learning rate"),
    "schedule": ("learning rate",),
    "callback": ("early_stopping", "reduce_on_plateau"),
}


def of_catalogue(backend: str) -> list[Fault]:
    """The faults of every construct that backends write."""
    return [
        fault
        for family in EMITTED
        for kind in catalog().family(family).values()
        for fault in of_construct(kind, backend)
    ]


def of_construct(kind: type[Construct], backend: str) -> Iterator[Fault]:
    """The faults of one construct: for each argument, or a neighbour in its place."""
    done: set[str] = set()
    for variation in variations(kind):
        if variation.field in done:
            continue
        pair = _Pair(variation.changed, variation.plain)
        fault = pair.fault(backend, f"{variation.field} dropped", variation.field)
        if fault is not None:
            done.add(variation.field)
            yield fault
    plain = base(kind)
    for field in done:
        rounded = _rounded(plain, field)
        if rounded is not None:
            fault = _Pair(plain, rounded).fault(backend, f"{field} in float32", field)
            if fault is not None:
                yield fault
    if not done:
        yield from _neighbour(kind, backend)


def _rounded(plain: Construct, field: str) -> Construct | None:
    """The construct with a number rounded to float32; None where that changes nothing.

    An epsilon of 1e-7 is left alone: added to what is near 1, its digits are lost anyway.
    """
    value = getattr(plain, field)
    if not isinstance(value, float) or abs(value) < 1e-6:
        return None
    if float(np.float32(value)) == value:
        return None
    return plain.model_copy(update={field: float(np.float32(value))})


def _neighbour(kind: type[Construct], backend: str) -> Iterator[Fault]:
    """The next member of the family in the construct's place."""
    family = list(catalog().family(kind.family).values())
    place = family.index(kind)
    for rival in (*family[place + 1 :], *family[:place]):
        pair = _Pair(base(kind), base(rival))
        fault = pair.fault(backend, f"taken for {rival.keyword}")
        if fault is not None:
            yield fault
            return


@dataclass(frozen=True)
class _Pair:
    """A construct that is asked for, and the one that is written instead."""

    asked: Construct
    written: Construct

    def fault(self, backend: str, what: str, field: str = "") -> Fault | None:
        """The fault, where both have a program of one shape and another text."""
        pair = self.programs(backend)
        if pair is None:
            return None
        sound, damaged = pair
        family, keyword = self.asked.family, self.asked.keyword
        return Fault(
            name=f"{backend}: {family} {keyword}, {what}",
            family=_FIELDS.get((family, field)) or self.family_of(field),
            backend=backend,
            program=f"{family} {keyword} {_label(self.asked)}",
            make=lambda: sound,
            edit=_instead(backend, damaged),
            named=self.named(sound, damaged, field),
            construct=f"{family}/{keyword}",
        )

    def programs(self, backend: str) -> tuple[Program, Program] | None:
        """Both in the same small program, if there is one that shows the difference."""
        side = find_backend(backend)
        for sound, damaged in in_shapes(self.asked, self.written):
            if side.obstacles(sound) or side.obstacles(damaged):
                continue
            if not self.alone(sound, damaged):
                continue
            if _code(backend, sound) != _code(backend, damaged):
                return sound, damaged
        return None

    def alone(self, sound: Program, damaged: Program) -> bool:
        """Whether the construct is all that the programs differ in, shapes included."""
        inside = ("layer", "activation", "initializer", "regularizer", "constraint")
        if self.asked.family not in inside and sound.network != damaged.network:
            return False
        return _alike(sound, damaged)

    def family_of(self, field: str) -> Family:
        """What the fault is in: the family of the argument, if that is a construct."""
        for one in (self.asked, self.written):
            value = getattr(one, field, None) if field else None
            if isinstance(value, Construct):
                return EMITTED[value.family]
        return EMITTED[self.asked.family]

    def named(self, sound: Program, damaged: Program, field: str) -> tuple[str, ...]:
        """Where the fault is to be looked for."""
        family = self.asked.family
        if family not in ("layer", "activation"):
            return _NAMED[family]
        pairs = zip(sound.network.layers, damaged.network.layers, strict=True)
        layers = {one.name for one, other in pairs if one.layer != other.layer}
        calls = tuple(c.name for c in sound.network.calls if c.layer in layers)
        for ending in ("initializer", "regularizer", "constraint"):
            if field.endswith(ending):
                return tuple(f"{layer} {field}" for layer in layers)
        return calls


def _alike(one: Program, other: Program) -> bool:
    """Whether both have the same edges, arrays and figures."""

    def seen(program: Program) -> list[Any]:
        network, training = program.network, program.training
        assert training is not None
        return [
            [(edge.name, edge.shape) for edge in network.edges],
            [(weight.path, weight.shape) for weight in network.weights()],
            [(buffer.path, buffer.shape) for buffer in network.buffers()],
            [phase.optimizer.slots() for phase in training.phases],
        ]

    return seen(one) == seen(other)


def _label(construct: Construct) -> str:
    fields = json.loads(construct.model_dump_json())
    return ",".join(f"{name}={value}" for name, value in sorted(fields.items()))


def _text(backend: str, program: Program) -> str:
    side = find_backend(backend)
    return side.emit(side.plan(program)).text


def _code(backend: str, program: Program) -> list[str]:
    """The lines of a text without its head and its comments."""
    body = _text(backend, program).split('"""\n', 2)[-1]
    return [line for line in body.split("\n") if not line.lstrip().startswith("#")]


def _instead(backend: str, damaged: Program) -> Edit:
    """The edit that puts what is written for another program in the place of a text."""

    def edit(_: str) -> str:
        return _text(backend, damaged)

    return edit
