"""From a program and its data to the questions of a comparison."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..ir import Program
from .alone import force
from .exam import Exam
from .expect import expected
from .protocol import Arrays, Odd
from .questions import ODD_STEPS, RATES, probes, recorded, room_for, rows_of, singles
from .start import random_start, stand_in, taken
from .updates import steps_of
from .window import Batches, adversarial, varied, window

__all__ = ["prepare"]


def prepare(
    program: Program,
    batches: Batches,
    steps: int,
    *,
    not_finite: bool = False,
    guards: bool = False,
    reused: Mapping[str, Arrays] | None = None,
) -> Exam:
    """Set the questions: at least `steps` updates over two epochs or more.

    What the model takes from trained ones are random numbers unless it is given.

    Raises:
        ValueError: the program has no training.
    """
    wanted, training = expected(program), program.training
    assert training is not None
    phases = tuple(expected(program, n) for n in range(len(training.phases)))
    seen = window(batches, steps, tuple(phase.epochs for phase in training.phases))
    seen = varied(seen, program)
    rows = rows_of(wanted, seen)
    extra = adversarial(seen.first(), program, rows)
    extra["real"] = {name: a[:rows] for name, a in seen.first().items()}
    count = len(seen.updates())
    record = recorded(wanted, count, len(seen.epochs[0]))
    epochs = training.phases[0].epochs
    network = program.network
    reused = stand_in(network) if reused is None else reused
    begun = taken(network, reused)
    return Exam(
        program=program,
        expected=wanted,
        phases=phases,
        window=seen,
        forced=force(program.network, seen.first()),
        batches={**seen.batches, **extra},
        start={**random_start(network), **{n: _single(a) for n, a in begun.items()}},
        probes=probes(len(phases)),
        record=record,
        singles=singles(record, count),
        rates=min(RATES, epochs * seen.steps),
        odd=tuple(
            Odd(name=name, batch=name, step=step)
            for name, step in ODD_STEPS.items()
            if name in extra
        ),
        updates=steps_of(room_for(wanted) // 4),
        not_finite=not_finite,
        guards=guards,
        reused=reused,
    )


def _single(array: np.ndarray) -> np.ndarray:
    """The nearest numbers of float32, so that both precisions start from the same."""
    return array.astype(np.float32).astype(np.float64)
