"""The comparison in float64: everything that the sides did, under fixed gates."""

from __future__ import annotations

from .at_rest import AtRest
from .decisions import PlainFigures
from .in_training import InTraining
from .nulls import clear_drift, null_entries
from .parts import (
    AFTER,
    ALONE,
    AT_REST,
    EXACT,
    GRADIENTS,
    ODD,
    OUTPUTS,
    PREDICTIONS,
    STEPS,
)
from .protocol import STAGES
from .tolerances import tolerances
from .updates import part_of_update
from .updating import at
from .window import ADVERSARIAL

__all__ = ["Float64"]


class Float64(AtRest, InTraining):
    """One comparison in float64. `run` fills the ledger."""

    def run(self) -> None:
        """Compare part by part, in the order in which a program does things."""
        plain = PlainFigures(self.exam, self.sides, self.ledger)
        plain.constants()
        self.start()
        self.alone()
        for probe in self.exam.probes:
            self.at_rest(probe)
        self.related()
        self.seeded()
        self.nulls = null_entries(self.sides, len(self.exam.phases))
        plain.decisions()
        self.steps()
        self.odd_steps()
        self.epochs()
        self.after()
        self.resumed()
        for number, wanted in enumerate(self.exam.phases):
            for step in self.exam.updates:
                part = part_of_update(wanted, step, "float64.state", "float64")
                self.compare(part, f"updates/{at(number, step)}")
        self.cleared = clear_drift(self.exam, self.sides, self.nulls, self.ledger)

    def run_early(self) -> None:
        """Compare only stages that every side has got through."""
        reached = [
            STAGES.index(reading.mishap.stage)
            for reading in self.sides.values()
            if reading.mishap is not None
        ]
        if min(reached, default=len(STAGES)) > STAGES.index("build"):
            PlainFigures(self.exam, self.sides, self.ledger).constants()
            self.start()
        if min(reached, default=len(STAGES)) > STAGES.index("alone"):
            self.alone()
        if min(reached, default=len(STAGES)) > STAGES.index("look"):
            for probe in self.exam.probes:
                self.at_rest(probe)
        if min(reached, default=len(STAGES)) > STAGES.index("relate"):
            self.related()

    def doubts_rest(self) -> bool:
        """Whether all that is wrong is seen at rest, and so little that it may be rounding.

        On batches that are made to be degenerate it may be more. Nodes that are strained
        show how much of rounding their way of computing makes: that is not let through.
        """
        far = tolerances()["float64.doubt"]
        late = {*AFTER} - {*EXACT, ODD}
        wrong = [m for m in self.ledger.mismatches if m.part.name not in late]
        strained = any(m.part.name in ALONE and m.part.batch for m in wrong)
        return (
            bool(wrong)
            and not strained
            and all(
                m.part.name in (*AT_REST, ODD)
                and m.reason == "differs"
                and (m.size <= far or m.part.batch in ADVERSARIAL)
                for m in wrong
            )
        )

    def doubt(self) -> float | None:
        """How far a control should be moved, if there is reason for one.

        There is where everything at rest agreed and trajectories differ by so little that
        amplified rounding may be the cause.
        """
        late = {*AFTER} - {*EXACT, ODD}
        wrong = [m for m in self.ledger.mismatches if m.part.name not in late]
        sizes = [
            entry.worst()
            for (name, _), entry in self.ledger.entries.items()
            if name in (OUTPUTS[1], GRADIENTS, PREDICTIONS)
        ]
        # What comes later has grown: the first step that is wrong tells. Where rounding
        # is amplified at rest already, so it may be there.
        first = [m for m in self.ledger.mismatches if m.part.name in STEPS]
        known = first or self.ledger.mismatches
        more = max(1.0, *(size / tolerances()["float64.forward"] for size in sizes))
        most = tolerances()["float64.doubt"] * more
        if wrong or not known or any(m.size > most for m in known):
            return None
        return max(*sizes, self.blur, tolerances()["float64.unit"])
