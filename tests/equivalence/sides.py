"""Emitting a program for several backends and comparing what comes out."""

from __future__ import annotations

from typing import Any

from specc.backend import Emission, backend
from specc.ir import Program
from specc.verify import Verdict, WorkerPool, verify
from specc.verify.samples import batches_for

SIDES = ("torch", "keras", "reference")
TWINS = ("one", "two", "three")


def emit(program: Program, name: str) -> Emission:
    """The program as a backend writes it."""
    side = backend(name)
    plan = side.plan(program)
    assert not plan.obstacles, [obstacle.why for obstacle in plan.obstacles]
    return side.emit(plan)


def compare(
    pool: WorkerPool, program: Program, steps: int = 10, **options: Any
) -> Verdict:
    """Verify a program of the samples on all backends."""
    emissions = {name: emit(program, name) for name in SIDES}
    batches = batches_for(program)
    return verify(program, None, emissions, batches, steps, pool=pool, **options)
