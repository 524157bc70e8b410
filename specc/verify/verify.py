"""The proof: run the emitted programs of one spec side by side, and judge."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import get_args

from ..backend import Emission, Obstacle
from ..emit.lowering import Table
from ..ir import Origins, Program
from ..run.environment import machine
from .blame import place_of
from .exam import epochs_of
from .findings import Findings
from .pool import WorkerPool
from .portability import portability
from .preparing import prepare
from .proof import Proof
from .protocol import Arrays, Precision
from .verdict import Refused, Verdict
from .window import Batches

__all__ = ["annotated", "refused", "verify"]


def verify(
    program: Program,
    origins: Origins | None,
    emissions: Mapping[str, Emission],
    batches: Batches,
    steps: int,
    precisions: Iterable[Precision] = ("float64", "float32"),
    pool: WorkerPool | None = None,
    *,
    not_finite: bool = True,
    guards: bool = True,
    reused: Mapping[str, Arrays] | None = None,
) -> Verdict:
    """Compare what emitted programs of one spec do.

    Args:
        program: what the programs mean.
        origins: places in the spec, for the report; None if there is no spec.
        emissions: the programs by backend; ``reference`` judges in float64 only.
        batches: real data: an object with `steps_per_epoch`, `epoch`, `validation`.
        steps: how many training steps to take at least, over two epochs or more.
        precisions: of ``float64`` and ``float32``; float32 needs the run in float64 and
            so includes it.
        pool: running workers; None starts and ends some of its own.
        not_finite: whether to compare what a loss that is not a number leads to.
        guards: whether to compare what importing damaged weights leads to.
        reused: trained arrays that the model begins with, by source and path there; None:
            random numbers stand in for them.

    Raises:
        ValueError: the program has no training, or there is nothing to compare.
    """
    if len(emissions) < 2:
        raise ValueError("a comparison needs the programs of two backends")
    wanted = tuple(precisions)
    if not wanted or not {*wanted} <= {*get_args(Precision)}:
        raise ValueError(f"{wanted} are none of {get_args(Precision)}")
    if steps < 1:
        raise ValueError(f"{steps} steps show nothing; at least 1")
    exam = prepare(
        program, batches, steps, not_finite=not_finite, guards=guards, reused=reused
    )
    findings = Findings(exam, origins, emissions)
    made = len(exam.window.updates())
    assert program.training is not None
    whole = exam.window.steps * epochs_of(program)
    if whole < steps:
        findings.notes.append(f"training ends after {whole} updates, before {steps}")
    if made < min(steps, whole):
        findings.notes.append(
            f"{made} updates were compared, not {steps}: more batches would not fit"
        )
    if exam.reused:
        sources = ", ".join(exam.reused)
        begun = "random numbers stood in for" if reused is None else "all began with"
        findings.notes.append(f"{begun} the trained weights of {sources}")
    if pool is None:
        with WorkerPool(emissions) as own:
            return Proof(findings, own).run(wanted)
    return Proof(findings, pool).run(wanted)


def refused(
    name: str,
    backends: Iterable[str],
    obstacles: Mapping[str, Iterable[Obstacle]],
    origins: Origins | None,
) -> Verdict:
    """The verdict where backends refuse constructs of the program."""
    found = [
        Refused(
            side,
            obstacle.keyword,
            obstacle.why,
            obstacle.owner,
            place_of(origins, obstacle.owner, obstacle.field),
        )
        for side, some in obstacles.items()
        for obstacle in some
    ]
    return Verdict("refused", name, tuple(backends), 0, refusals=tuple(found))


def annotated(
    verdict: Verdict,
    program: Program,
    origins: Origins | None,
    tables: Mapping[str, Table],
) -> Verdict:
    """The verdict with its portability table and under what it was made."""
    assert program.training is not None
    return dataclasses.replace(
        verdict,
        portability=portability(
            program, origins, tables, verdict.checks, verdict.refusals
        ),
        environment={
            "seed": program.training.seed,
            "device": "cpu, one thread for each side",
            **machine(),
        },
    )
