"""The sweep: one random program after another, and what fails made small and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from ...ir import Program
from ...unparse import unparse
from ..render import render
from ..verdict import Verdict
from .judge import Judge, NotASpec, fallen, write_data
from .programs import random_programs
from .report import Sweep
from .shrinking import TRIES, shrink

__all__ = ["Watch", "keep_regression", "sweep"]

#: Called with the name of each program and its verdict.
Watch = Callable[[str, Verdict], None]


def sweep(
    count: int,
    seed: int,
    judge: Judge,
    watch: Watch = lambda name, verdict: None,
    folder: Path | None = None,
    tries: int = TRIES,
    first: int = 0,
) -> Sweep:
    """Put a series of random programs to the proof.

    Args:
        count: how many.
        seed: of the series.
        judge: gives the verdicts.
        watch: told of each.
        folder: where programs that fail are kept, made small; None: nowhere.
        tries: how many programs may be judged to make one small.
        first: the number of the first that is put to the proof.
    """
    result = Sweep()
    for name, program in islice(random_programs(count, seed), first, None):
        try:
            verdict, is_spec = judge(program, name), True
        except NotASpec as error:
            verdict, is_spec = fallen(name, "the checker", str(error)), False
        result.enter(name, program, verdict)
        watch(name, verdict)
        if name in result.failed and is_spec and folder is not None:
            small = shrink(program, judge, tries)
            keep_regression(small, name, judge(small, name), folder)
    return result


def keep_regression(
    program: Program, name: str, verdict: Verdict, folder: Path
) -> Path:
    """Write a failing program as a spec and its data, named alike; return the spec.

    The head of the spec says what was found and how to see it again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    named = _renamed(program, name)
    path = folder / f"{name}.nnspec"
    head = "".join(f"# {line}".rstrip() + "\n" for line in _head(path, name, verdict))
    path.write_text(f"{head}{unparse(named)}", encoding="utf-8")
    write_data(named, folder)
    return path


def _head(path: Path, name: str, verdict: Verdict) -> Iterator[str]:
    yield f"Found by a sweep as {name}, and made small. To see it again:"
    yield f"    specc verify {path.as_posix()}"
    yield "When it was found:"
    brief = replace(
        verdict,
        checks=(),
        differences=verdict.differences[:1],
        failures=tuple(replace(item, detail="") for item in verdict.failures),
    )
    yield from render(brief).strip().splitlines()


def _renamed(program: Program, name: str) -> Program:
    """The program with its data in a file of that name."""
    assert program.data is not None
    source = program.data.source.model_copy(update={"path": f"{name}.npz"})
    data = program.data.model_copy(update={"source": source})
    return program.model_copy(update={"data": data})
