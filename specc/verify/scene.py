"""What a comparison saw, and in which order its mismatches are to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..ir import Phase, Program, Weight
from .compare import Mismatch
from .exam import Exam, phase_at
from .parts import (
    AFTER,
    AFTER_STEPS,
    ALONE,
    AT_REST,
    BEFORE,
    CLIPPED,
    GRADIENTS,
    OUTPUTS,
    OUTPUTS_AFTER,
    STEPS,
)
from .protocol import Arrays, Reading
from .spread import distance

__all__ = ["Sight"]

DECISIONS = (
    "defaults",
    "rates",
    "late_rates",
    "order",
    "order_steps",
    "stopping",
    "plateau",
    "stopped",
    "main",
    "ids",
    "rows",
)


@dataclass(frozen=True)
class Sight:
    """What the comparison saw: readings by side, and all mismatches of the precision."""

    exam: Exam
    readings: Mapping[str, Reading]
    mismatches: tuple[Mismatch, ...]

    @property
    def program(self) -> Program:
        """The program under comparison."""
        return self.exam.program

    def ordered(self) -> list[Mismatch]:
        """Mismatches, the one to look at first at the head."""
        return sorted(self.mismatches, key=self._rank)

    def _rank(self, item: Mismatch) -> tuple[int, int, int, int]:
        """Before, at rest or after; the part; the look or step; the place in the network."""
        part, name = item.part.name, item.name
        if part in BEFORE:
            return 0, BEFORE.index(part), 0, 0
        if part in AFTER:
            known = name in DECISIONS
            place = DECISIONS.index(name) if known else len(DECISIONS)
            return 2, AFTER.index(part), item.part.step or 0, place
        calls = {call.name: n for n, call in enumerate(self.program.network.calls)}
        place = calls.get(name.rsplit("@", 1)[-1], 0)
        if part in (GRADIENTS, CLIPPED):
            place = -calls.get(self.call_of(name.rpartition("/")[0]), 0)
        looks = [look.name for look in self.exam.probes]
        look = looks.index(item.part.look) if item.part.look in looks else 0
        return 1, AT_REST.index(part), look, place

    def call_of(self, layer: str) -> str:
        """The first call of a layer."""
        for call in self.program.network.calls:
            if call.layer == layer:
                return call.name
        return layer

    def weight(self, path: str) -> Weight | None:
        """The weight of that path."""
        for weight in self.program.network.weights():
            if weight.path == path:
                return weight
        return None

    def differing(self, part: str, step: int | None = None) -> list[str]:
        """The tensors of a part that differ, at a step where one is given."""
        return [
            item.name
            for item in self.mismatches
            if item.part.name == part and (step is None or item.part.step == step)
        ]

    def in_the_model(self, item: Mismatch) -> Mismatch:
        """For a node that differs alone, how it differs within the model; else itself."""
        for other in self.mismatches if item.part.name in ALONE else ():
            if (
                other.part.name in (*OUTPUTS, *OUTPUTS_AFTER)
                and other.name == item.name
            ):
                return other
        return item

    def under(self, prefix: str) -> dict[str, Arrays]:
        """What each side has under a prefix."""
        return {side: reading.under(prefix) for side, reading in self.readings.items()}

    def phase_of(self, item: Mismatch) -> Phase:
        """The phase in which a mismatch was seen."""
        training = self.program.training
        assert training is not None
        reading = self.readings[min(self.readings)]
        stepped = item.part.name in STEPS
        step = item.part.step if stepped else None
        looks = {probe.name: probe.phase for probe in self.exam.probes}
        number = phase_at(reading, step) if step else looks.get(item.part.look or "", 0)
        return training.phases[number]

    def rate_ratio(self, item: Mismatch) -> float | None:
        """How many times larger one side's update is, if that is so in all weights."""
        step = item.part.step
        guilty, other = self.versus(item)
        if not step or item.part.name != AFTER_STEPS or not guilty:
            return None
        now, before = self.under(f"steps/{step}"), self._before(step)
        if not before:
            return None
        ratios: list[float] = []
        number = phase_at(self.readings[other], step)
        if phase_at(self.readings[other], step - 1) != number and step > 1:
            return None  # weights that early stopping restores come between
        for path in self.exam.phases[number].gradients:
            weight = self.weight(path)
            name, kept = self._rate_slot(path, number)
            if weight is None or (name == path and weight.constraint is not None):
                continue
            states = (now[guilty], now[other], before[guilty], before[other])
            if len({s[name].shape if name in s else None for s in states}) > 1:
                return None
            one = now[guilty][name] - kept * before[guilty][name]
            two = now[other][name] - kept * before[other][name]
            size = float(np.vdot(two, two))
            if size == 0.0:
                continue
            ratio = float(np.vdot(one, two)) / size
            if distance(one, ratio * two) > 1e-6 * float(np.abs(two).max()):
                return None
            ratios.append(ratio)
        if not ratios or np.ptp(ratios) > 1e-6 * abs(ratios[0]):
            return None
        return ratios[0] if abs(ratios[0] - 1.0) > 1e-9 else None

    def _rate_slot(self, path: str, number: int) -> tuple[str, float]:
        """Where the rate times the gradient is added up, and what share of it is kept."""
        assert self.program.training is not None
        found = self.program.training.phases[number].optimizer.rate_slot()
        if found is not None:
            slot, kept = found
            name = f"optimizer/{slot}/{path}"
            if name in self.exam.phases[number].slots:
                return name, kept
        return path, 1.0

    def _before(self, step: int) -> dict[str, Arrays]:
        if step > 1:
            found = self.under(f"steps/{step - 1}")
            return found if all(found.values()) else {}
        return {
            s: {**r.under("built"), **self.exam.start} for s, r in self.readings.items()
        }

    def versus(self, item: Mismatch) -> tuple[str, str]:
        """The guilty side, or the first, and another to hold it against."""
        sides = list(self.readings)
        guilty = item.guilty or sides[0]
        others = [side for side in sides if side != guilty]
        return (guilty, others[0]) if others else ("", "")
