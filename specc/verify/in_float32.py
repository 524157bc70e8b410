"""The comparison in float32: each side's errors against its own run in float64.

Looked at are nodes by themselves, the model at rest on all batches, and single training
steps, each from the state that the float64 run had before it. Longer trajectories are not
compared: they part at kinks, within one framework as well as between two, and so prove
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from ..catalog.types import Shape
from .alone import STRAINED, alone_parts, held_to
from .compare import Part
from .conditioning import blurred, undecided, usual
from .dual import Witness, compare_dual, long_sum
from .exam import Exam, phase_at
from .ledger import Ledger
from .parts import AFTER_A_STEP, ALONE, BUILT_WEIGHTS, FIGURES_OF_A_STEP, LOOKS, UPDATES
from .protocol import Arrays, Probe, Reading
from .tolerances import tolerances
from .updates import part_of_update
from .updating import at

__all__ = ["Control", "Float32"]

RATIOS = "ratio of the sides' errors, each its distance from float64; 1 is alike"
#: Of float32's rounding over float64's.
UNITS = float(np.finfo(np.float32).eps) / float(np.finfo(np.float64).eps)
IN_INFERENCE = ("inference", "predict", "evaluate")


@dataclass(frozen=True)
class Control:
    """What a side did once more, and what of its numbers was moved."""

    side: str
    what: str
    seen: Reading


@dataclass
class Float32:
    """One comparison in float32. `run` fills the ledger."""

    exam: Exam
    single: Mapping[str, Reading]
    double: Mapping[str, Reading]
    nulls: Mapping[str, np.ndarray]
    #: The side whose states in float64 the single steps begin and are to end in.
    base: str
    #: All sides in float64, once for each set of numbers that were moved by a few units.
    draws: Sequence[Mapping[str, Reading]] = ()
    #: Sides once more in float32, from numbers that were moved by `share`.
    controls: Sequence[Control] = ()
    ledger: Ledger = field(default_factory=lambda: Ledger("float32"))

    def run(self) -> None:
        """Compare initial weights exactly, the rest by errors."""
        self.built()
        self.alone()
        for probe in self.exam.probes:
            if probe.start == "random":
                self.at_rest(probe)
        for step in self.exam.singles:
            self.step(step)
        for number, wanted in enumerate(self.exam.phases):
            for step in self.exam.updates:
                part = part_of_update(wanted, step, "float32.ratio", "float32")
                self._dual(part, f"updates/{at(number, step)}")

    def built(self) -> None:
        """The built model has the drawn weights, rounded once."""
        wanted = self.exam.expected
        names: dict[str, Shape | None] = {**wanted.weights, **wanted.buffers}
        for side, reading in self.single.items():
            drawn = {
                name: array.astype(np.float32)
                for name, array in reading.under("initial").items()
            }
            built = reading.under("built")
            pair = {"drawn": drawn, side: {n: built[n] for n in names if n in built}}
            part = Part(BUILT_WEIGHTS, names, "float64.exact", "float32", truth="drawn")
            self.ledger.compare(part, pair)

    def alone(self) -> None:
        """Each node by itself."""
        exam = self.exam
        for part, place in alone_parts(exam.forced, exam.expected, "float32"):
            sums = self.exam.terms(exam.forced.rows, training=part.name != ALONE[0])
            least = held_to(self.double.values(), place)
            self._dual(replace(part, terms=sums, least=least), place, [place])

    def at_rest(self, probe: Probe) -> None:
        """Outputs, figures and gradients on one batch."""
        rows = len(self.exam.batches[probe.batch]["ids"])
        wanted = self.exam.phases[probe.phase]
        nodes = {name: (rows, *shape) for name, shape in wanted.nodes.items()}
        outputs = {name: (rows, *shape) for name, shape in wanted.outputs.items()}
        logs: dict[str, Shape | None] = dict.fromkeys(wanted.logs, ())
        both = [*self.single.values(), *self.double.values()]
        tables: dict[str, Mapping[str, Shape | None]] = {
            "inference": nodes,
            "training": nodes,
            "predict": outputs,
            "evaluate": logs,
            "train": logs,
            "raw": wanted.gradients,
            "clipped": wanted.gradients,
        }
        for title, where in LOOKS:
            if where not in tables or not wanted.applies(where):
                continue
            names = tables[where]
            dtype = "float32" if names is not logs else None
            mode = "inference" if where in IN_INFERENCE else "training"
            seen = [reading.under(f"{mode}/{probe.name}") for reading in both]
            part = Part(
                title,
                names,
                "float32.ratio",
                dtype,
                nulls=self.nulls if names is wanted.gradients else {},
                least=usual(self.double, where, probe)
                if names is wanted.gradients
                else {},
                turned=undecided(self.exam.program, seen) if names is logs else {},
                blur=blurred(self.exam.program, seen, unit=2.0**-24)
                if names is logs or names is wanted.gradients
                else {},
                terms=self.exam.terms(rows, training=where not in IN_INFERENCE),
                batch=probe.batch,
                look=probe.name,
            )
            place = f"{where}/{probe.name}"
            self._dual(part, place, [place])

    def step(self, step: int) -> None:
        """One update from the state that the float64 run had after `step` others."""
        wanted = self.exam.phases[phase_at(self.double[self.base], step + 1)]
        names = {n: s for n, s in wanted.state().items() if not _counts(n)}
        logs: dict[str, Shape | None] = dict.fromkeys(wanted.logs, ())
        masks = dict(self.nulls)
        for slot in wanted.slots:
            weight = slot.split("/", 2)[2]
            if weight in self.nulls:
                masks[slot] = self.nulls[weight]
        part = Part(
            AFTER_A_STEP,
            names,
            "float32.ratio",
            "float32",
            wanted.kind,
            masks,
            terms=self.exam.terms(self.rows(step), training=True),
            step=step + 1,
        )
        place, after = f"single/{step}", f"steps/{step + 1}"
        self._dual(part, place, self._steps("single"), after)
        part = Part(FIGURES_OF_A_STEP, logs, "float32.ratio", step=step + 1)
        place, after = f"single_logs/{step}", f"logs/{step + 1}"
        self._dual(part, place, self._steps("single_logs"), after)

    def _steps(self, where: str) -> list[str]:
        """All steps: at which of them a unit turns at its kink is chance."""
        return [f"{where}/{step}" for step in self.exam.singles]

    def doubts(self) -> tuple[str, ...]:
        """The sides of the smaller errors, where those of others are beyond the ratio.

        Updates from given gradients have no rounding before them: nothing excuses these.
        """
        return tuple(
            dict.fromkeys(
                min(item.sizes, key=lambda side: item.sizes[side])
                for item in self.ledger.mismatches
                if item.part.gate == "float32.ratio"
                and item.part.name != UPDATES
                and item.sizes
            )
        )

    @property
    def share(self) -> float:
        """How far weights and inputs are moved in a control."""
        rows = max(map(self.rows, self.exam.singles), default=self.exam.rows())
        rounding = long_sum(self.exam.terms(rows, training=True))
        rounding = max(rounding, tolerances()["float32.floor"])
        return tolerances()["float32.control"] * rounding

    def rows(self, step: int) -> int:
        """The number of examples in the batch of an update."""
        return len(self.exam.batches[self.exam.window.updates()[step]]["ids"])

    def _dual(
        self,
        part: Part,
        place: str,
        places: Sequence[str] = (),
        after: str = "",
    ) -> None:
        """Enter one part.

        Args:
            part: what is compared.
            place: where the sides have it in float32, and in float64 too.
            places: where the controls have the same.
            after: where the trajectories in float64 have it; that of `base` is the truth.
        """
        single = _under(self.single, place)
        apart = _under(self.double, after or place)
        double = dict.fromkeys(single, apart[self.base]) if after else apart
        controls = [
            Witness(
                item.side,
                [(self.single[item.side].under(p), item.seen.under(p)) for p in places],
                f"with {item.what} moved by {self.share:.1g}",
            )
            for item in self.controls
        ]
        told = "where float64's difference is told in float32's units"
        units = Witness("", list(combinations(apart.values(), 2)), told, UNITS)
        again = [
            pair
            for draw in (self.draws if places else ())
            for pair in combinations(_under(draw, place).values(), 2)
        ]
        times = f", in the mean of {len(self.draws)} runs"
        draws = Witness("", again, told + times, UNITS, draws=True)
        witnesses = [units, draws, *controls]
        if part.batch in STRAINED:
            single, double = within_float32(single, double)
        result = compare_dual(part, single, double, witnesses)
        gate = tolerances()[part.gate]
        self.ledger.enter(
            part.name,
            gate,
            len(part.expected),
            result.compared,
            result.ratios,
            result.wrong,
            result.sizes,
            part,
            unit=RATIOS,
        )
        entry = self.ledger.entries[part.name, gate]
        for name, why in result.excused.items():
            if result.ratios[name] >= entry.tensors[name]:
                entry.excused[name] = why


def _under(sides: Mapping[str, Reading], prefix: str) -> dict[str, Arrays]:
    """What each side has under a prefix, all but counters."""
    return {
        side: {n: a for n, a in reading.under(prefix).items() if not _counts(n)}
        for side, reading in sides.items()
    }


def within_float32(
    single: Mapping[str, Arrays], double: Mapping[str, Arrays]
) -> tuple[dict[str, Arrays], dict[str, Arrays]]:
    """Both with 0 for numbers that float32 has not and is infinite for, as it must be."""
    most = float(np.finfo(np.float32).max)
    here = {side: dict(arrays) for side, arrays in single.items()}
    there = {side: dict(arrays) for side, arrays in double.items()}
    for side, arrays in here.items():
        for name in arrays.keys() & there[side].keys():
            found, truth = arrays[name], there[side][name]
            if found.shape == truth.shape:
                beyond = (np.abs(truth) > most) & (found == np.copysign(np.inf, truth))
                arrays[name] = np.where(beyond, np.zeros_like(found), found)
                there[side][name] = np.where(beyond, 0.0, truth)
    return here, there


def _counts(name: str) -> bool:
    return name.startswith("counter/")
