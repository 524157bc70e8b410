"""What a program does on a backend, and whether two programs do the same."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np

from ..backend import Emission
from ..ir import Program
from ..verify.exam import Exam
from ..verify.pool import Crash, WorkerPool
from ..verify.preparing import prepare
from ..verify.protocol import Reading
from ..verify.samples import batches_for
from ..verify.spread import distance, largest
from .errors import Broken

__all__ = ["effect", "observe", "questions"]

_numbers = itertools.count()

#: Enough updates for three epochs of the small data sets.
STEPS = 8


def questions(program: Program, *, not_finite: bool = False) -> Exam:
    """What programs are asked: two looks at rest, and a few updates."""
    exam = prepare(program, batches_for(program), STEPS, not_finite=not_finite)
    probes = tuple(p for p in exam.probes if p.name in ("real", "built-zeros"))
    return dataclasses.replace(exam, probes=probes)


#: What shows no effect that looks and updates do not show.
ASIDE = {"relations": None, "bare": False}


def observe(
    exam: Exam,
    emissions: dict[str, Emission],
    pool: WorkerPool,
    *,
    briefly: bool = False,
) -> dict[str, Reading]:
    """Run an exam in float64 on the given backends, each with its own text.

    `briefly` leaves out what relates outputs of one program, and its use by itself.

    Raises:
        Broken: a program raised, or its worker died.
    """
    number = next(_numbers)
    given = pool.folder / f"seen-{number}.safetensors"
    exam.write(given)
    cases = {
        name: exam.double(
            emission, given, pool.folder / f"seen-{number}-{name}"
        ).model_copy(update=ASIDE if briefly else {})
        for name, emission in emissions.items()
    }
    found: dict[str, Reading] = {}
    for name, reading in pool.run(cases).items():
        if isinstance(reading, Crash):
            raise Broken(f"{name} {reading.why}: {reading.stderr[-300:]}")
        if reading.mishap is not None:
            mishap = reading.mishap
            where = f"in stage {mishap.stage} of {name}"
            raise Broken(f"{mishap.kind} {where}: {mishap.message}")
        found[name] = reading
    given.unlink()
    for name in cases:
        (pool.folder / f"seen-{number}-{name}").unlink(missing_ok=True)
    return found


def effect(one: Reading, other: Reading, *, exact: bool = False) -> str | None:
    """The first thing that two programs do differently; None: nothing.

    The settings that a module carries are no effect; what follows from them is. What is
    within rounding is none either, unless bits are to be the same (`exact`).
    """
    for name in sorted(one.figures.keys() | other.figures.keys()):
        if name != "constants" and one.figures.get(name) != other.figures.get(name):
            return name
    for name in sorted(one.arrays.keys() ^ other.arrays.keys()):
        return f"{name} is there once only"
    for name, array in one.arrays.items():
        same = other.arrays[name]
        if array.dtype != same.dtype or array.shape != same.shape:
            return name
        gap = distance(array, same)
        limit = 0.0 if exact else 1e-9 * (largest([array, same]) or 1.0)
        if not (gap <= limit or np.array_equal(array, same, equal_nan=True)):
            return name
    return None
