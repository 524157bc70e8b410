"""From ledgers and failures to a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..backend import Emission
from ..ir import Origins
from .blame import Scene, place_of
from .compare import Mismatch
from .emitted import guilty_lines, node_at, node_called
from .exam import Exam
from .ledger import Ledger
from .parts import RELATIONS
from .protocol import Reading
from .suspects import suspect
from .verdict import Check, Difference, Failure, Outcome, Verdict

__all__ = ["Findings"]

#: Differences whose lines in the emitted texts are looked for.
SHOWN = 8


@dataclass
class Findings:
    """What a comparison has found so far."""

    exam: Exam
    origins: Origins | None
    emissions: Mapping[str, Emission]
    ledgers: list[Ledger] = field(default_factory=list[Ledger])
    failures: list[Failure] = field(default_factory=list[Failure])
    differences: list[Difference] = field(default_factory=list[Difference])
    notes: list[str] = field(default_factory=list[str])

    def fail(self, side: str, reading: Reading) -> None:
        """Enter a program that raised: the node whose lines were running, if it was one."""
        trouble = reading.mishap
        assert trouble is not None
        emission = self.emissions[side]
        node = node_at(emission, trouble.line or 0) or node_called(
            emission, trouble.names
        )
        said = trouble.message or "it says no more"
        why = f"{trouble.kind} in stage {trouble.stage}: {said}"
        owner = next(
            (c.layer for c in self.exam.program.network.calls if c.name == node), node
        )
        keywords = [
            layer.layer.keyword
            for layer in self.exam.program.network.layers
            if layer.name == owner
        ]
        if keywords:
            why = f"{keywords[0]}: {why}"
        place = place_of(self.origins, node) or place_of(self.origins, owner)
        failure = Failure(side, why, trouble.trace, node, place, trouble.line)
        self.failures.append(failure)

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
            hint=suspect(scene, scene.in_the_model(item)),
            emitted={
                side: guilty_lines(emission, self.exam.program.network, item, blame)
                for side, emission in self.emissions.items()
                if len(self.differences) < SHOWN
            },
        )

    def verdict(self, versions: dict[str, dict[str, str]]) -> Verdict:
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
            name=self.exam.program.title,
            backends=tuple(self.emissions),
            steps=len(self.exam.window.updates()),
            checks=checks,
            differences=tuple(self.differences),
            failures=tuple(self.failures),
            notes=tuple(self.notes),
            versions=versions,
        )

    def nowhere_finite(self) -> bool:
        """Whether all that is wrong are numbers that are not finite, on every side."""
        wrong: dict[tuple[str, str], set[str]] = {}
        for item in self.differences:
            if item.part in RELATIONS and not math.isfinite(item.size):
                continue  # there a side stands against itself
            if "not finite" not in item.reason:
                return False
            wrong.setdefault((item.precision, item.part), set()).add(item.guilty or "")
        return all(len(sides) > 1 for sides in wrong.values())
