"""One comparison on its way: both precisions, and the controls they may need."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .conditioning import Rounding
from .exam import Exam, precisions
from .findings import Findings
from .in_float32 import Control, Float32
from .in_float64 import Float64
from .ledger import Ledger
from .pool import Crash, WorkerPool
from .protocol import JUDGE, Arrays, Case, Precision, Reading
from .start import in_float64, moved
from .tolerances import tolerances
from .verdict import Failure, Verdict

__all__ = ["Proof"]

_numbers = itertools.count()


@dataclass
class Proof:
    """One comparison on its way."""

    findings: Findings
    pool: WorkerPool

    @property
    def exam(self) -> Exam:
        """The questions."""
        return self.findings.exam

    def run(self, asked: tuple[Precision, ...]) -> Verdict:
        """Go through the precisions; float32 only where float64 found nothing."""
        folder = self.pool.folder / f"case-{next(_numbers)}"
        folder.mkdir()
        try:
            double, comparison = self.in_float64(folder)
            if (
                comparison
                and "float32" in precisions(asked)
                and not self.findings.differences
            ):
                self.in_float32(folder, double, comparison.nulls)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        versions = self.pool.versions()
        sides = [side for side in self.findings.emissions if side in versions]
        return self.findings.verdict({side: versions[side] for side in sides})

    # The two precisions ---------------------------------------------------------

    def in_float64(self, folder: Path) -> tuple[dict[str, Reading], Float64 | None]:
        """Run all sides in float64 and compare them."""
        self.exam.write(folder / "in64.safetensors")
        readings, partial = self.ask(folder, "64", tuple(self.findings.emissions))
        if partial:
            everyone = {**readings, **partial}
            self.pool.watch.comparing("float64")
            comparison = Float64(self.exam, everyone)
            comparison.run_early()
            self.findings.enter(comparison.ledger, everyone)
        if partial or len(readings) < 2:
            return readings, None
        self.pool.watch.comparing("float64")
        comparison = Float64(self.exam, readings)
        comparison.run()
        if comparison.doubts_rest():
            comparison = self.with_rounding(folder, readings) or comparison
        size = comparison.doubt()
        if size is not None:
            comparison = self.with_control(folder, comparison, size) or comparison
        if comparison.cleared:
            names = ", ".join(comparison.cleared)
            self.findings.notes.append(
                f"{names}: the gradient is zero but for rounding, which the optimizer"
                " turns into steps; compared by what the model computes"
            )
        self.findings.enter(comparison.ledger, readings)
        return readings, comparison

    def with_rounding(
        self, folder: Path, readings: Mapping[str, Reading]
    ) -> Float64 | None:
        """Compare again, with what rounding comes to on all sides but the judge."""
        size = tolerances()["float64.unit"]
        away, cases = self.exam.moved(size), dict[str, Case]()
        for side in readings:
            if side != JUDGE:
                given = folder / f"moved-{side}.safetensors"
                away.write(given, built=moved(readings[side].under("built"), size))
                out = folder / f"rounding-{side}.safetensors"
                cases[side] = away.at_rest(self.findings.emissions[side], given, out)
        pairs: list[tuple[Reading, Reading]] = []
        for side, answer in self.pool.run(cases).items():
            if isinstance(answer, Crash) or answer.mishap is not None:
                return None
            pairs.append((readings[side], answer))
        comparison = Float64(self.exam, readings, rounding=Rounding(tuple(pairs)))
        comparison.run()
        self.findings.notes.append(
            "rounding is amplified: beyond the gates, what was seen at rest was held"
            f" against {' and '.join(cases)} with all numbers moved by {size:.1g}"
        )
        return comparison

    def with_control(
        self, folder: Path, before: Float64, size: float
    ) -> Float64 | None:
        """Compare again, with a control run of the quickest side from a moved start."""
        readings = before.sides
        side = self.quickest(readings)
        given, out = folder / "control.safetensors", folder / "moved.safetensors"
        self.exam.write(given, start=moved(self.exam.start, size))
        case = self.exam.control(self.findings.emissions[side], given, out)
        control = self.pool.run({side: case})[side]
        if isinstance(control, Crash) or control.mishap is not None:
            return None
        comparison = Float64(self.exam, readings, (side, control), before.rounding)
        comparison.run()
        self.findings.notes.append(
            f"training amplifies rounding: beyond the gates, trajectories were held"
            f" against one of {side} whose start was moved by {size:.1g}"
        )
        return comparison

    def in_float32(
        self,
        folder: Path,
        double: Mapping[str, Reading],
        nulls: Mapping[str, np.ndarray],
    ) -> None:
        """Run all sides but the judge in float32, against their float64 runs."""
        sides = tuple(name for name in double if name != JUDGE)
        if len(sides) < 2:
            self.findings.notes.append(
                "float32 was not compared: it needs two backends"
            )
            return
        made = min(len(reading.figures["rows"]) for reading in double.values())
        self.findings.exam = self.exam.until(made, double[sides[0]])
        states: dict[int, Arrays] = {
            step: self.exam.state_before(step, double[sides[0]])
            for step in self.exam.singles
        }
        self.exam.write(folder / "in32.safetensors", states)
        readings, _ = self.ask(folder, "32", sides)
        if len(readings) < len(sides):
            return
        chosen = {name: double[name] for name in readings}
        self.pool.watch.comparing("float32")
        comparison = Float32(self.exam, readings, chosen, nulls, sides[0])
        comparison.run()
        controls: list[Control] = []
        if comparison.doubts():
            draws = self.draws(folder, sides, states)
            comparison = replace(comparison, draws=draws, ledger=Ledger("float32"))
            comparison.run()
        for inputs in (False, True):
            doubted = comparison.doubts()
            if not doubted:
                break
            away = self.exam.shaken(comparison.share, inputs)
            controls += self.controls32(folder, doubted, away, states, comparison.share)
            comparison = replace(
                comparison, controls=controls, ledger=Ledger("float32")
            )
            comparison.run()
        self.findings.enter(comparison.ledger, readings)

    def draws(
        self, folder: Path, sides: tuple[str, ...], states: Mapping[int, Arrays]
    ) -> list[dict[str, Reading]]:
        """Sides a few times more in float64, all from the same, moved by a few units."""
        found: list[dict[str, Reading]] = []
        given = folder / "drawn.safetensors"
        for number in range(round(tolerances()["float32.draws"])):
            size = (1 + number) * tolerances()["float64.unit"]
            away = self.exam.moved(size)
            full = {step: in_float64(state) for step, state in states.items()}
            away.write(
                given, {step: moved(state, size) for step, state in full.items()}
            )
            cases = {
                side: away.again(
                    self.findings.emissions[side],
                    given,
                    folder / f"drawn-{side}.safetensors",
                )
                for side in sides
            }
            answers = {
                side: answer
                for side, answer in self.pool.run(cases).items()
                if isinstance(answer, Reading) and answer.mishap is None
            }
            if len(answers) == len(sides):
                found.append(answers)
        return found

    def controls32(
        self,
        folder: Path,
        sides: tuple[str, ...],
        away: Exam,
        states: Mapping[int, Arrays],
        share: float,
    ) -> list[Control]:
        """Sides once more in float32, from other numbers; states are moved by a share."""
        given = folder / "moved32.safetensors"
        away.write(given, {step: moved(state, share) for step, state in states.items()})
        cases = {
            side: away.single(
                self.findings.emissions[side],
                given,
                folder / f"control32-{side}.safetensors",
            )
            for side in sides
        }
        what = "weights" if away.batches is self.exam.batches else "weights and inputs"
        return [
            Control(side, what, answer)
            for side, answer in self.pool.run(cases).items()
            if isinstance(answer, Reading) and answer.mishap is None
        ]

    def quickest(self, readings: Mapping[str, Reading]) -> str:
        """The side, other than the judge, that took least time."""
        sides = [name for name in readings if name != JUDGE]
        return min(sides, key=lambda name: readings[name].seconds)

    def ask(
        self, folder: Path, bits: str, sides: tuple[str, ...]
    ) -> tuple[dict[str, Reading], dict[str, Reading]]:
        """Run the case of one precision; what failed is entered among the failures.

        Returns:
            whole readings, and those that an error of the program ended early.
        """
        build = self.exam.double if bits == "64" else self.exam.single
        given = folder / f"in{bits}.safetensors"
        cases = {
            side: build(
                self.findings.emissions[side],
                given,
                folder / f"{side}{bits}.safetensors",
            )
            for side in sides
        }
        found: dict[str, Reading] = {}
        partial: dict[str, Reading] = {}
        for side, answer in self.pool.run(cases).items():
            if isinstance(answer, Crash):
                self.findings.failures.append(Failure(side, answer.why, answer.stderr))
            elif answer.mishap is not None:
                self.findings.fail(side, answer)
                partial[side] = answer
            else:
                found[side] = answer
        return found, partial
