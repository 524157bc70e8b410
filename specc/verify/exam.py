"""What one comparison asks of every side: batches, start, probes and steps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from ..backend import Emission
from ..catalog.construct import Model
from ..catalog.types import Duration, Shape
from ..ir import Phase, Program
from .alone import Forced, force
from .expect import Expected, expected
from .protocol import (
    Arrays,
    Case,
    Later,
    Odd,
    Precision,
    Probe,
    Reading,
    Single,
    write_arrays,
)
from .relations import relations_of
from .spread import largest
from .start import moved, random_start, shaken, stand_in, taken
from .updates import given_gradients, idle_units, steps_of
from .updating import at
from .window import Batches, Window, adversarial, varied, window

__all__ = ["Exam", "epochs_of", "in_phase", "phase_at", "prepare"]

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


@dataclass(frozen=True)
class Exam:
    """The questions of one comparison; the same for every side."""

    program: Program
    expected: Expected
    #: What each phase must show; `expected` is that of the first.
    phases: tuple[Expected, ...]
    window: Window
    forced: Forced
    batches: Mapping[str, Arrays]
    start: Arrays
    probes: tuple[Probe, ...]
    record: tuple[int, ...]
    #: Steps (from 0) from which float32 makes a single step.
    singles: tuple[int, ...]
    rates: int
    #: Steps of updates from given gradients.
    updates: tuple[int, ...] = ()
    #: Single steps on degenerate batches.
    odd: tuple[Odd, ...] = ()
    not_finite: bool = False
    guards: bool = False
    #: Trained arrays that the model begins with, by source and path there.
    reused: Mapping[str, Arrays] = field(default_factory=dict[str, Arrays])

    def write(
        self,
        path: Path,
        states: Mapping[int, Arrays] | None = None,
        start: Arrays | None = None,
        built: Arrays | None = None,
    ) -> None:
        """Write the arrays of all cases of one precision, or of one with another start."""
        arrays: Arrays = {f"start/{n}": a for n, a in (start or self.start).items()}
        arrays |= {f"built/{name}": array for name, array in (built or {}).items()}
        for name, batch in self.batches.items():
            arrays |= {f"batch/{name}/{column}": a for column, a in batch.items()}
        for number, reused in enumerate(self.reused.values()):
            arrays |= {f"reused/{number}/{name}": a for name, a in reused.items()}
        for name, array in self.forced.edges.items():
            arrays[f"edge/{name}"] = array
        for way, edges in self.forced.strained.items():
            arrays |= {f"strained/{way}/{name}": a for name, a in edges.items()}
        for name, array in self.forced.cotangents.items():
            arrays[f"cotangent/{name}"] = array
        for step, state in (states or {}).items():
            for name, array in state.items():
                arrays[f"state/{step}/{name}"] = array
        for number, wanted in enumerate(self.phases):
            for step, given in given_gradients(wanted, self.updates).items():
                name = f"gradient/{at(number, step)}"
                arrays |= {f"{name}/{path}": a for path, a in given.items()}
        idle = idle_units(self.program.network, self.start) if self.updates else {}
        arrays |= {f"idle/{name}": array for name, array in idle.items()}
        write_arrays(path, arrays)

    def double(self, emission: Emission, arrays: Path, out: Path) -> Case:
        """The case in float64: everything."""
        assert self.program.training is not None
        return Case(
            text=emission.text,
            nodes=emission.nodes,
            lines=emission.lines,
            precision="float64",
            arrays=str(arrays),
            out=str(out),
            alone=self.forced.calls,
            strained=tuple(self.forced.strained),
            probes=self.probes,
            relations=relations_of(self.program) if self.rows() > 1 else None,
            epochs=self.window.epochs,
            validation=self.window.validation,
            spans=self.spans(),
            later=self.later(),
            record=self.record,
            after=self.window.epochs[0][0],
            updates=self.updates,
            updates_on=self.window.epochs[0][0],
            rates=self.rates,
            late_rates=_late_rates(self._phase(0), self.rates, self.window.steps),
            rate_epoch=self.window.steps,
            odd=self.odd,
            order=(self.window.rows, min(3, epochs_of(self.program))),
            figures=FIGURES,
            not_finite=self.not_finite,
            logs=self.expected.logs,
            guards=self.guards,
            bare=True,
            reused=tuple(self.reused),
            seeded=bool(self.program.network.streams()),
        )

    def _phase(self, number: int) -> Phase:
        assert self.program.training is not None
        return self.program.training.phases[number]

    def spans(self) -> tuple[int, ...]:
        """The epochs of each phase that are looked at; none where there is one phase."""
        return self.window.spans if len(self.phases) > 1 else ()

    def later(self) -> tuple[Later, ...]:
        """What is asked of the phases after the first."""
        found: list[Later] = []
        for number in range(1, len(self.phases)):
            phase = self._phase(number)
            rates = min(RATES, phase.epochs * self.window.steps)
            late = _late_rates(phase, rates, self.window.steps)
            found.append(Later(rates=rates, late_rates=late))
        return tuple(found)

    def rows(self) -> int:
        """The number of examples of the batch for looks at rest."""
        return len(self.batches["real"]["ids"])

    def control(self, emission: Emission, arrays: Path, out: Path) -> Case:
        """The case in float64 once more, training alone."""
        whole = self.double(emission, arrays, out)
        idle: dict[str, Any] = {
            "alone": {},
            "strained": (),
            "probes": (),
            "relations": None,
            "updates": (),
            "odd": (),
            "rates": 0,
            "later": (),
            "late_rates": (),
            "order": (0, 0),
            "figures": (),
        }
        off = {"not_finite": False, "guards": False, "bare": False}
        return whole.model_copy(update={**idle, **off})

    def moved(self, size: float) -> Exam:
        """The same questions of numbers that are moved by a share of themselves."""
        floats = {item.name for item in self.program.network.inputs}
        floats = {n for n in floats if self.window.first()[n].dtype.kind == "f"}

        def away(arrays: Arrays, names: Iterable[str]) -> Arrays:
            chosen = {n: arrays[n].astype(np.float64) for n in names if n in arrays}
            return {**arrays, **moved(chosen, size)}

        edges = [n for n, a in self.forced.edges.items() if a.dtype.kind == "f"]
        return replace(
            self,
            start=moved(self.start, size),
            batches={name: away(b, floats) for name, b in self.batches.items()},
            forced=replace(
                self.forced,
                edges=away(self.forced.edges, edges),
                strained={w: away(a, a) for w, a in self.forced.strained.items()},
            ),
        )

    def at_rest(self, emission: Emission, arrays: Path, out: Path) -> Case:
        """The case in float64 once more, all but training and what is plain."""
        whole = self.control(emission, arrays, out)
        double = self.double(emission, arrays, out)
        none: dict[str, Any] = {"epochs": (), "validation": (), "record": ()}
        none["spans"] = ()
        none["rate_epoch"] = len(self.window.epochs[0])
        some = ("alone", "strained", "probes", "relations", "odd")
        again = {name: getattr(double, name) for name in some}
        return whole.model_copy(update={**none, **again, "after": None})

    def single(self, emission: Emission, arrays: Path, out: Path) -> Case:
        """The case in float32: probes, and single steps from given states."""
        updates = self.window.updates()
        return Case(
            text=emission.text,
            nodes=emission.nodes,
            lines=emission.lines,
            precision="float32",
            arrays=str(arrays),
            out=str(out),
            alone=self.forced.calls,
            strained=tuple(self.forced.strained),
            probes=tuple(p for p in self.probes if p.start == "random"),
            reused=tuple(self.reused),
            rate_epoch=len(self.window.epochs[0]),
            singles=tuple(
                Single(step=step, batch=updates[step]) for step in self.singles
            ),
            updates=self.updates,
            updates_on=updates[0],
        )

    def again(self, emission: Emission, arrays: Path, out: Path) -> Case:
        """What is asked in float32, in float64 once more."""
        single = self.single(emission, arrays, out)
        return single.model_copy(update={"precision": "float64", "updates": ()})

    def shaken(self, share: float, inputs: bool) -> Exam:
        """The same questions from weights, or inputs too, that are moved by a share.

        All but updates from given gradients, which no rounding comes before.
        """
        away = replace(self, start=moved(self.start, share), updates=())
        if not inputs:
            return away
        names = [item.name for item in self.program.network.inputs]
        sizes = {name: largest([self.batches["real"][name]]) for name in names}
        batches = {
            name: {**batch, **shaken(batch, sizes, share)}
            for name, batch in self.batches.items()
        }
        edges = self.forced.edges
        near = {n: a for n, a in edges.items() if n != "ids"}
        near = shaken(near, _sizes(near), share)
        strained = {
            way: {**arrays, **shaken(arrays, _sizes(arrays), share)}
            for way, arrays in self.forced.strained.items()
        }
        forced = replace(self.forced, edges={**edges, **near}, strained=strained)
        return replace(away, batches=batches, forced=forced)

    def until(self, made: int, reading: Reading) -> Exam:
        """The questions where training stops by itself after so many updates.

        A reading of the run says in which phase each was; no single step begins a phase.
        """
        record = tuple(step for step in self.record if step <= made)
        phases = {step: phase_at(reading, step) for step in (0, *record)}
        first = {n for n, phase in phases.items() if phases.get(n + 1, phase) != phase}
        return replace(self, singles=_singles(record, made, first))

    def state_before(self, step: int, reading: Reading) -> Arrays:
        """The state before an update of a float64 run, rounded to float32."""
        if step:
            arrays = reading.under(f"steps/{step}")
        else:
            arrays = {**reading.under("built"), **self.start}
        return {
            name: a.astype(np.float32) if a.dtype.kind == "f" else a
            for name, a in arrays.items()
        }


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
    rows = _rows(wanted, seen)
    extra = adversarial(seen.first(), program, rows)
    extra["real"] = {name: a[:rows] for name, a in seen.first().items()}
    count = len(seen.updates())
    record = _recorded(wanted, count, len(seen.epochs[0]))
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
        probes=_probes(len(phases)),
        record=record,
        singles=_singles(record, count),
        rates=min(RATES, epochs * seen.steps),
        odd=tuple(
            Odd(name=name, batch=name, step=step)
            for name, step in ODD_STEPS.items()
            if name in extra
        ),
        updates=steps_of(_room(wanted) // 4),
        not_finite=not_finite,
        guards=guards,
        reused=reused,
    )


def _sizes(arrays: Arrays) -> dict[str, float]:
    return {name: largest([array]) for name, array in arrays.items()}


def _single(array: np.ndarray) -> np.ndarray:
    """The nearest numbers of float32, so that both precisions start from the same."""
    return array.astype(np.float32).astype(np.float64)


def _probes(phases: int = 1) -> tuple[Probe, ...]:
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


def epochs_of(program: Program) -> int:
    """The epochs of all phases."""
    assert program.training is not None
    return sum(phase.epochs for phase in program.training.phases)


def phase_at(reading: Reading, step: int) -> int:
    """The number of the phase in which a state was that was written down after a step."""
    return int(reading.arrays.get(f"steps/{step}/counter/phase", 0))


def _late_rates(phase: Phase, known: int, epoch: int) -> tuple[int, ...]:
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


def _rows(wanted: Expected, seen: Window) -> int:
    """How many rows of a batch the looks at rest may have."""
    one = 8 * sum(map(_numbers, wanted.nodes.values())) * 2 * len(_probes())
    return max(2, min(len(seen.first()["ids"]), OUTPUTS_BUDGET // max(1, one)))


def _recorded(wanted: Expected, count: int, epoch: int) -> tuple[int, ...]:
    """The updates after which the state is written down: all, if the budget allows.

    Otherwise pairs of neighbours, ever farther apart, and always the last and that which
    ends the first `epoch`.
    """
    room = max(4, _room(wanted))
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


def _room(wanted: Expected) -> int:
    """How many states the budget allows."""
    one = 8 * sum(map(_numbers, wanted.state().values()))
    return STATES_BUDGET // max(1, one)


def _singles(
    record: tuple[int, ...], count: int, without: Set[int] = frozenset()
) -> tuple[int, ...]:
    """Steps whose states before and after are written down, evenly spread."""
    known = {0, *record}
    fit = [n for n in range(count) if {n, n + 1} <= known and n not in without]
    places = np.linspace(0, len(fit) - 1, min(SINGLES, len(fit)))
    return tuple(fit[int(place)] for place in places)


def precisions(names: tuple[Precision, ...]) -> tuple[Precision, ...]:
    """The precisions in the order in which they must be looked at."""
    return tuple(name for name in ("float64", "float32") if name in names)
