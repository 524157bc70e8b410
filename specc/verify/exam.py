"""What one comparison asks of every side: batches, start, probes and steps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..backend import Emission
from ..ir import Phase, Program
from .alone import Forced
from .expect import Expected
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
from .questions import (
    FIGURES,
    RATES,
    late_rates,
    singles,
)
from .relations import relations_of
from .spread import largest
from .start import moved, shaken
from .updates import given_gradients, idle_units
from .updating import at
from .window import Window

__all__ = ["Exam", "epochs_of", "phase_at", "precisions"]


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
            late_rates=late_rates(self._phase(0), self.rates, self.window.steps),
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
            late = late_rates(phase, rates, self.window.steps)
            found.append(Later(rates=rates, late_rates=late))
        return tuple(found)

    def rows(self) -> int:
        """The number of examples of the batch for looks at rest."""
        return len(self.batches["real"]["ids"])

    def terms(self, rows: int, training: bool) -> int:
        """The longest sum: over the inputs of a unit, or in training over all positions.

        Means of a normalization and gradients of what is shared by all positions add up
        the batch and every place of an image.
        """
        fans = [weight.fan_in for weight in self.program.network.weights()]
        if not training:
            return max(fans, default=1)
        places = [
            math.prod(dim for dim in shape[:-1] if isinstance(dim, int))
            for shape in self.expected.nodes.values()
        ]
        return max(*fans, rows * max(places, default=1), 1)

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
        some = ("alone", "probes", "relations", "odd")
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
        return replace(self, singles=singles(record, made, first))

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


def _sizes(arrays: Arrays) -> dict[str, float]:
    return {name: largest([array]) for name, array in arrays.items()}


def epochs_of(program: Program) -> int:
    """The epochs of all phases."""
    assert program.training is not None
    return sum(phase.epochs for phase in program.training.phases)


def phase_at(reading: Reading, step: int) -> int:
    """The number of the phase in which a state was that was written down after a step."""
    return int(reading.arrays.get(f"steps/{step}/counter/phase", 0))


def precisions(names: tuple[Precision, ...]) -> tuple[Precision, ...]:
    """The precisions in the order in which they must be looked at."""
    return tuple(name for name in ("float64", "float32") if name in names)
