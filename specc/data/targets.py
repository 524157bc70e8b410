"""Targets held against the losses they are given to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..ir import Objective, Origins, Program
from .places import Places
from .prepared import Prepared

__all__ = ["check_targets"]


def check_targets(
    program: Program, prepared: Prepared, origins: Origins | None = None
) -> None:
    """Hold the targets of every part against the losses of a training.

    Raises:
        Fault: a loss is not defined for a target, with the place of the target.
    """
    assert program.training is not None, "a model alone has no targets"
    places = Places(origins or Origins())
    problems: list[Problem] = []
    for objective in program.training.objectives:
        for part in ("training", "validation", "test"):
            arrays = prepared.part(part)
            if arrays is None:
                continue
            found = next(_faults(program, objective, arrays[objective.target]), None)
            if found is None:
                continue
            row, why, expected = found
            where = prepared.row(part, row)
            message = f"{objective.target} {why} in {where} of the source"
            span = places.binding(objective.target)
            problems.append(Problem("data-target", message, span, expected=expected))
            break
    if problems:
        raise Fault(problems)


def _faults(
    program: Program, objective: Objective, values: np.ndarray
) -> Iterator[tuple[int, str, str]]:
    """The row of the first faulty target, what is wrong, and what was expected."""
    loss = objective.loss
    rows = values.reshape(len(values), -1)
    if loss.target == "binary":
        bad = ((rows < 0) | (rows > 1)).any(axis=1)
        expected = "numbers from 0 to 1"
    elif loss.target == "one_hot":
        sums = values.sum(axis=-1, dtype=np.float64).reshape(len(values), -1)
        bad = (rows < 0).any(axis=1) | (np.abs(sums - 1) > 1e-5).any(axis=1)
        expected = "rows that are not negative and sum to 1"
    elif loss.target == "classes":
        classes = _classes(program, objective)
        if classes is None:
            return
        bad = ((rows < 0) | (rows >= classes)).any(axis=1)
        expected = f"class numbers from 0 to {classes - 1}"
    else:
        return
    if bad.any():
        row = int(np.argmax(bad))
        shown = np.array2string(rows[row], precision=6, threshold=8)
        yield row, f"is {shown}", expected


def _classes(program: Program, objective: Objective) -> int | None:
    """How many classes an output tells apart; None if that is known only at run time."""
    network = program.network
    edge = network.ends[objective.output]
    shape = network.edge(edge).shape
    return shape[-1] if shape and isinstance(shape[-1], int) else None
