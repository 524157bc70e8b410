"""Proving: the programs of several backends side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from ..backend import Emission, backends
from ..diagnostics.fault import Fault
from ..pipeline import compile_program
from ..verify import Verdict, Watch, WorkerPool, annotated, refused, verify
from ..verify.protocol import Arrays, Precision
from .backends import usable_backend
from .errors import SpecError
from .programs import Programs
from .training import taken

__all__ = ["verify_spec"]


def verify_spec(
    spec: Programs,
    name: str | None,
    backend_names: Iterable[str] | None,
    steps: int,
    precisions: Iterable[Precision],
    reuse: Mapping[str, str | Path] | None,
    pool: WorkerPool | None,
    watch: Watch | None,
) -> Verdict:
    """Compare all that the programs of several backends compute; see `Spec.verify`."""
    checked = spec.trained(name)
    sides = tuple(backend_names if backend_names is not None else backends())
    found = {side: usable_backend(side) for side in sides}
    compiled = {side: compile_program(checked, found[side]) for side in sides}
    tables = {side: found[side].table for side in sides}
    obstacles = {
        side: made.plan.obstacles
        for side, made in compiled.items()
        if made.plan.obstacles
    }
    if obstacles:
        verdict = refused(checked.program.title, sides, obstacles, checked.origins)
        return annotated(verdict, checked.program, checked.origins, tables)
    for made in compiled.values():
        if made.failed:
            raise SpecError(made.problems)
    emissions = {s: made.emission for s, made in compiled.items() if made.emission}
    trained = _trained_weights(spec, name, reuse)
    if pool is None:
        with WorkerPool(emissions) as own:
            verdict = _compare(
                spec, name, emissions, steps, precisions, trained, own, watch
            )
    else:
        verdict = _compare(
            spec, name, emissions, steps, precisions, trained, pool, watch
        )
    return annotated(verdict, checked.program, checked.origins, tables)


def _trained_weights(
    spec: Programs, name: str | None, reuse: Mapping[str, str | Path] | None
) -> Mapping[str, Arrays] | None:
    """Those that a training begins with; None where there is no run that has them."""
    try:
        return taken(spec, name, reuse).arrays or None
    except Fault as fault:
        if reuse or fault.status != 3:
            raise
        return None


def _compare(
    spec: Programs,
    name: str | None,
    emissions: Mapping[str, Emission],
    steps: int,
    precisions: Iterable[Precision],
    trained: Mapping[str, Arrays] | None,
    pool: WorkerPool,
    watch: Watch | None,
) -> Verdict:
    """Run emitted programs side by side; workers start while the data is prepared."""
    checked = spec.trained(name)
    training = checked.program.training
    assert training is not None
    pool.start()
    pool.watch = watch or Watch()
    batches = spec.prepare(name).batches(training)
    try:
        return verify(
            checked.program,
            checked.origins,
            emissions,
            batches,
            steps,
            precisions,
            pool,
            reused=trained,
        )
    finally:
        pool.watch.end()
