"""Which questions a comparison asks: looks, steps, states that are kept, rates, figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Set
from itertools import accumulate
from typing import Any

import numpy as np

from ..catalog.construct import Model
from ..catalog.types import Duration, Shape
from ..ir import Phase
from .expect import Expected
from .protocol import Probe
from .window import Window

__all__ = [
    "FIGURES",
    "ODD_STEPS",
    "RATES",
    "in_phase",
    "late_rates",
    "probes",
    "recorded",
    "room_for",
    "rows_of",
    "singles",
]

#: Bytes of node outputs and of recorded states that one run may write.
OUTPUTS_BUDGET = 96 << 20
STATES_BUDGET = 128 << 20
#: Steps of the float64 run that float32 is held against.
SINGLES = 6
#: Learning rates in the table, and of those beyond it that are evenly spread.
RATES, LATE_RATES = 20_000, 500
#: The batches of the looks at rest, each with a step that has other masks: also such that
#: need more than one byte, or two.
LOOKS = {"real": 0, "one": 255, "zeros": 256, "large": 257, "ties": 65_536}
#: The steps of single steps on degenerate batches.
ODD_STEPS = {"one": 70_000, "weightless": 1}

#: Figures of epochs: a fall, ties, a rise, noise, a gap, nothing but gaps, a late fall.
FIGURES: tuple[tuple[float | None, ...], ...] = (
    (1.0, 0.8, 0.6, 0.5, 0.45, 0.44, 0.439, 0.4389),
    (0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
    (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.91, 0.92, 0.93, 0.94),
    (0.9, 0.7, 0.8, 0.65, 0.7, 0.75, 0.66, 0.64, 0.7, 0.71, 0.72, 0.73, 0.74),
    (None, 0.5, None, 0.4, 0.41, None, None, 0.39, 0.395, 0.396, 0.397),
    (None, None, None, None, None, None),
    (math.inf, math.inf, 0.5, -math.inf, -math.inf, 0.4, 0.3, 0.2, 0.1, 0.2, 0.3, 0.4),
    (3.0, 2.0, 2.1, 2.2, 2.3, 2.4, 0.05, 0.04, 0.2, 0.3, 0.005, 0.004, 0.003),
)


def probes(phases: int = 1) -> tuple[Probe, ...]:
    """Looks at rest: random weights on all batches, initial weights where all is zero.

    Initial biases are 0, so there every activation is at its kink. Each further phase has
    looks at two batches.
    """
    random = [Probe(name=n, batch=n, step=at) for n, at in LOOKS.items()]
    later = [
        Probe(name=in_phase(name, phase), batch=name, step=LOOKS[name], phase=phase)
        for phase in range(1, phases)
        for name in ("real", "ties")
    ]
    return (*random, Probe(name="built-zeros", batch="zeros", start="built"), *later)


def in_phase(look: str, phase: int) -> str:
    """What a look is called that is made in a phase."""
    return f"{look}-{phase + 1}" if phase else look


def late_rates(phase: Phase, known: int, epoch: int) -> tuple[int, ...]:
    """Steps beyond the table: evenly spread, at the end, and where durations end."""
    end = phase.epochs * epoch
    if end <= known:
        return ()
    spans = [
        round(span.value * (epoch if span.unit == "epochs" else 1))
        for span in _durations(phase.optimizer)
    ]
    ends = {*spans, *accumulate(spans), *np.linspace(known, end - 1, LATE_RATES)}
    near = {int(at) + by for at in ends for by in (-1, 0, 1)}
    return tuple(sorted(step for step in near if known <= step < end))


def _durations(model: Model) -> Iterator[Duration]:
    """All durations within a construct, in their order."""
    for name in type(model).model_fields:
        value: Any = getattr(model, name)
        for item in value if isinstance(value, tuple) else (value,):  # pyright: ignore[reportUnknownVariableType]
            if isinstance(item, Duration):
                yield item
            elif isinstance(item, Model):
                yield from _durations(item)


def _numbers(shape: Shape) -> int:
    return math.prod(dim if isinstance(dim, int) else 64 for dim in shape)


def rows_of(wanted: Expected, seen: Window) -> int:
    """How many rows of a batch the looks at rest may have."""
    one = 8 * sum(map(_numbers, wanted.nodes.values())) * 2 * len(probes())
    return max(2, min(len(seen.first()["ids"]), OUTPUTS_BUDGET // max(1, one)))


def recorded(wanted: Expected, count: int, epoch: int) -> tuple[int, ...]:
    """The updates after which the state is written down: all, if the budget allows.

    Otherwise pairs of neighbours, ever farther apart, and always the last and that which
    ends the first `epoch`.
    """
    room = max(4, room_for(wanted))
    if count <= room:
        return tuple(range(1, count + 1))
    places = np.unique(np.geomspace(1, count - 1, room // 2).astype(int))
    chosen = {int(p) for place in places for p in (place, place + 1)} | {
        1,
        2,
        epoch,
        count,
    }
    return tuple(sorted(chosen))


def room_for(wanted: Expected) -> int:
    """How many states the budget allows."""
    one = 8 * sum(map(_numbers, wanted.state().values()))
    return STATES_BUDGET // max(1, one)


def singles(
    record: tuple[int, ...], count: int, without: Set[int] = frozenset()
) -> tuple[int, ...]:
    """Steps whose states before and after are written down, evenly spread."""
    known = {0, *record}
    fit = [n for n in range(count) if {n, n + 1} <= known and n not in without]
    places = np.linspace(0, len(fit) - 1, min(SINGLES, len(fit)))
    return tuple(fit[int(place)] for place in places)
