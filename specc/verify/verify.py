"""The proof: run the emitted programs of one spec side by side, and judge."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..backend import Emission, Obstacle
from ..ir import Origins, Program
from .blame import Scene, place_of
from .compare import Mismatch
from .exam import Exam, precisions, prepare
from .in_float32 import Float32
from .in_float64 import Float64
from .ledger import Ledger
from .pool import Crash, WorkerPool
from .protocol import JUDGE, Arrays, Precision, Reading
from .start import moved
from .suspects import suspect
from .verdict import Check, Difference, Failure, Outcome, Refused, Verdict
from .window import Batches

__all__ = ["refused", "verify"]

_numbers = itertools.count()


def verify(
    program: Program,
    origins: Origins | None,
    emissions: Mapping[str, Emission],
    batches: Batches,
    steps: int,
    precisions: Iterable[Precision] = ("float64", "float32"),
    pool: WorkerPool | None = None,
    *,
    not_finite: bool = False,
    guards: bool = False,
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

    Raises:
        ValueError: the program has no training, or there is nothing to compare.
    """
    if len(emissions) < 2:
        raise ValueError("a comparison needs the programs of two backends")
    exam = prepare(program, batches, steps, not_finite=not_finite, guards=guards)
    if pool is None:
        with WorkerPool(emissions) as own:
            return _Proof(exam, origins, emissions, own).run(tuple(precisions))
    return _Proof(exam, origins, emissions, pool).run(tuple(precisions))


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


@dataclass
class _Proof:
    """One comparison on its way."""

    exam: Exam
    origins: Origins | None
    emissions: Mapping[str, Emission]
    pool: WorkerPool
    ledgers: list[Ledger] = field(default_factory=list[Ledger])
    failures: list[Failure] = field(default_factory=list[Failure])
    differences: list[Difference] = field(default_factory=list[Difference])
    notes: list[str] = field(default_factory=list[str])

    def run(self, asked: tuple[Precision, ...]) -> Verdict:
        """Go through the precisions; float32 only where float64 found nothing."""
        folder = self.pool.folder / f"case-{next(_numbers)}"
        folder.mkdir()
        try:
            double, comparison = self.in_float64(folder)
            if comparison and "float32" in precisions(asked) and not self.differences:
                self.in_float32(folder, double, comparison.nulls)
        finally:
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()
        return self.verdict()

    # The two precisions ---------------------------------------------------------

    def in_float64(self, folder: Path) -> tuple[dict[str, Reading], Float64 | None]:
        """Run all sides in float64 and compare them."""
        self.exam.write(folder / "in64.safetensors")
        readings, partial = self.ask(folder, "64", tuple(self.emissions))
        if partial:
            everyone = {**readings, **partial}
            comparison = Float64(self.exam, everyone)
            comparison.run_early()
            self.enter(comparison.ledger, everyone)
        if partial or len(readings) < 2:
            return readings, None
        comparison = Float64(self.exam, readings)
        comparison.run()
        size = comparison.doubt()
        if size is not None:
            comparison = self.with_control(folder, readings, size) or comparison
        if comparison.cleared:
            names = ", ".join(comparison.cleared)
            self.notes.append(
                f"{names}: the gradient is zero but for rounding, which the optimizer"
                " turns into steps; compared by what the model computes"
            )
        self.enter(comparison.ledger, readings)
        return readings, comparison

    def with_control(
        self, folder: Path, readings: Mapping[str, Reading], size: float
    ) -> Float64 | None:
        """Compare again, with a control run of the quickest side from a moved start."""
        side = self.quickest(readings)
        given, out = folder / "control.safetensors", folder / "moved.safetensors"
        self.exam.write(given, start=moved(self.exam.start, size))
        case = self.exam.control(self.emissions[side], given, out)
        control = self.pool.run({side: case})[side]
        if isinstance(control, Crash) or control.mishap is not None:
            return None
        comparison = Float64(self.exam, readings, (side, control))
        comparison.run()
        self.notes.append(
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
            self.notes.append("float32 was not compared: it needs two backends")
            return
        states: dict[int, Arrays] = {
            step: self.exam.state_before(step, double[sides[0]])
            for step in self.exam.singles
        }
        self.exam.write(folder / "in32.safetensors", states)
        readings, _ = self.ask(folder, "32", sides)
        if len(readings) < 2:
            return
        chosen = {name: double[name] for name in readings}
        comparison = Float32(self.exam, readings, chosen, nulls)
        comparison.run()
        size = comparison.doubt()
        if size is not None:
            side = self.quickest(readings)
            control = self.control32(folder, side, states, size)
            if control is not None:
                comparison = Float32(
                    self.exam, readings, chosen, nulls, (side, control)
                )
                comparison.run()
        self.enter(comparison.ledger, readings)

    def control32(
        self, folder: Path, side: str, states: Mapping[int, Arrays], size: float
    ) -> Reading | None:
        """Single steps in float32 of one side, from states moved by a share."""
        away = {step: moved(state, size) for step, state in states.items()}
        self.exam.write(folder / "moved32.safetensors", away)
        case = self.exam.single_control(
            self.emissions[side],
            folder / "moved32.safetensors",
            folder / "control32.safetensors",
        )
        answer = self.pool.run({side: case})[side]
        if isinstance(answer, Crash) or answer.mishap is not None:
            return None
        self.notes.append(
            f"rounding decides on units near their kinks: single steps in float32 were"
            f" held against those of {side} from states moved by {size:.1g}"
        )
        return answer

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
                self.emissions[side], given, folder / f"{side}{bits}.safetensors"
            )
            for side in sides
        }
        found: dict[str, Reading] = {}
        partial: dict[str, Reading] = {}
        for side, answer in self.pool.run(cases).items():
            if isinstance(answer, Crash):
                self.failures.append(Failure(side, answer.why, answer.stderr))
            elif answer.mishap is not None:
                self.failures.append(self.failure(side, answer))
                partial[side] = answer
            else:
                found[side] = answer
        return found, partial

    def failure(self, side: str, reading: Reading) -> Failure:
        """A program that raised: the node whose lines were running, if it was one."""
        trouble = reading.mishap
        assert trouble is not None
        node = ""
        for name, (first, last) in self.emissions[side].lines.items():
            if trouble.line is not None and first <= trouble.line <= last:
                node = name
        why = f"{trouble.kind} in stage {trouble.stage}: {trouble.message}"
        place = place_of(self.origins, node)
        return Failure(side, why, trouble.trace, node, place)

    # The verdict ----------------------------------------------------------------

    def enter(self, ledger: Ledger, readings: Mapping[str, Reading]) -> None:
        """Keep a ledger, and turn its mismatches into differences."""
        self.ledgers.append(ledger)
        scene = Scene(self.exam, readings, tuple(ledger.mismatches))
        seen: set[tuple[str, str, str]] = set()
        for item in scene.ordered():
            key = (item.part.name, item.name, item.reason)
            if key in seen:
                continue
            seen.add(key)
            self.differences.append(self.difference(ledger.precision, scene, item))

    def difference(self, precision: str, scene: Scene, item: Mismatch) -> Difference:
        """A mismatch with its place, the one responsible, and a suspect."""
        blame = scene.blame(item)
        return Difference(
            precision=precision,
            part=item.part.name,
            tensor=item.name,
            reason=item.reason,
            size=item.size,
            gate=item.gate,
            sizes=item.sizes,
            guilty=item.guilty,
            node=blame.node,
            field=blame.field,
            place=place_of(self.origins, blame.owner, blame.field),
            step=item.part.step,
            batch=item.part.batch,
            hint=suspect(scene, item),
        )

    def verdict(self) -> Verdict:
        """The outcome of all that was entered."""
        checks: tuple[Check, ...] = tuple(
            check for ledger in self.ledgers for check in ledger.checks()
        )
        passed = bool(checks) and all(check.passed for check in checks)
        outcome: Outcome = "equal"
        if self.differences and not self.nowhere_finite():
            outcome = "different"
        elif self.differences or self.failures or not passed:
            outcome = "not comparable"
        return Verdict(
            outcome=outcome,
            name=self.exam.program.network.name,
            backends=tuple(self.emissions),
            steps=len(self.exam.window.updates()),
            checks=checks,
            differences=tuple(self.differences),
            failures=tuple(self.failures),
            notes=tuple(self.notes),
            versions=self.pool.versions(),
        )

    def nowhere_finite(self) -> bool:
        """Whether all that is wrong are numbers that are not finite, on every side."""
        wrong: dict[tuple[str, str], set[str]] = {}
        for item in self.differences:
            if "not finite" not in item.reason:
                return False
            wrong.setdefault((item.precision, item.part), set()).add(item.guilty or "")
        return all(len(sides) > 1 for sides in wrong.values())
