"""What a program does on one backend, and whether two programs do the same."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np

from specc.backend import Emission
from specc.ir import Program
from specc.verify.exam import Exam, prepare
from specc.verify.pool import WorkerPool
from specc.verify.protocol import Reading
from specc.verify.samples import batches_for
from specc.verify.spread import distance, largest

_numbers = itertools.count()

#: Enough updates for three epochs of the small data sets.
STEPS = 8


def questions(program: Program, *, not_finite: bool = False) -> Exam:
    """What programs are asked: two looks at rest, and a few updates."""
    exam = prepare(program, batches_for(program), STEPS, not_finite=not_finite)
    probes = tuple(p for p in exam.probes if p.name in ("real", "built-zeros"))
    return dataclasses.replace(exam, probes=probes)


def observe(
    exam: Exam, emissions: dict[str, Emission], pool: WorkerPool
) -> dict[str, Reading]:
    """Run an exam in float64 on the given backends, each with its own text."""
    number = next(_numbers)
    given = pool.folder / f"law-{number}.safetensors"
    exam.write(given)
    cases = {
        name: exam.double(emission, given, pool.folder / f"law-{number}-{name}")
        for name, emission in emissions.items()
    }
    found: dict[str, Reading] = {}
    for name, reading in pool.run(cases).items():
        assert isinstance(reading, Reading), reading
        assert reading.mishap is None, reading.mishap.trace
        found[name] = reading
    given.unlink()
    for case in cases.values():
        (pool.folder / case.out).unlink()
    return found


def effect(one: Reading, other: Reading) -> str | None:
    """The first thing that two programs do differently, beyond rounding; None: nothing.

    The settings that a module carries are no effect; what follows from them is.
    """
    for name in sorted(one.figures.keys() | other.figures.keys()):
        if name != "constants" and one.figures.get(name) != other.figures.get(name):
            return name
    for name in sorted(one.arrays.keys() ^ other.arrays.keys()):
        return f"{name} is there once only"
    for name, array in one.arrays.items():
        same = other.arrays[name]
        gap = distance(array, same)
        if not gap <= 1e-9 * (largest([array, same]) or 1.0):
            return name
        if array.dtype != same.dtype or not np.array_equal(array.shape, same.shape):
            return name
    return None
