"""The comparison in float64 of programs that train."""

from __future__ import annotations

from ..catalog.types import Shape
from .compare import Part
from .evidence import Evidence, with_rows
from .exam import phase_at
from .expect import Expected
from .nulls import null_on
from .parts import (
    AFTER_STEPS,
    AT_THE_END,
    FIGURES_OF_EPOCHS,
    FIGURES_OF_STEPS,
    HELD_OUT,
    MODES,
    ODD,
    OUTPUTS_AFTER,
    RESUMED,
)
from .protocol import JUDGE
from .tolerances import tolerances

__all__ = ["InTraining"]


class InTraining(Evidence):
    """The parts of training, step by step and after it."""

    def steps(self) -> None:
        """The whole state and the figures after every update that was recorded."""
        wanted, loose = self.exam.expected, self.loosened()
        logs: dict[str, Shape | None] = dict.fromkeys(wanted.logs, ())
        cancelling = self.cancelling()
        for step in range(1, self.steps_made() + 1):
            wanted = self.exam.phases[self._phase_at(step)]
            state: dict[str, Shape | None] = dict(wanted.state())
            part = Part(
                FIGURES_OF_STEPS,
                logs,
                "float64.state",
                allowed=self.allowed(f"logs/{step}"),
                step=step,
            )
            wrong = bool(self.compare(part, f"logs/{step}"))
            if step in self.exam.record:
                part = Part(
                    AFTER_STEPS,
                    state,
                    "float64.state",
                    "float64",
                    wanted.kind,
                    loose,
                    allowed=self.allowed(f"steps/{step}"),
                    loose=cancelling,
                    step=step,
                )
                found = self.compare(part, f"steps/{step}")
                wrong |= any(not item.null for item in found)
            if wrong:
                self._leave_out(step)
                return

    def _leave_out(self, after: int) -> None:
        """Count the steps that are not compared, for they follow from one that differs."""
        wanted = self.exam.expected
        later = range(after + 1, self.steps_made() + 1)
        recorded = [step for step in later if step in self.exam.record]
        for name, some, steps in (
            (FIGURES_OF_STEPS, wanted.logs, later),
            (AFTER_STEPS, wanted.state(), recorded),
        ):
            gate = tolerances()["float64.state"]
            self.ledger.leave_out(name, gate, len(some) * len(steps))

    def odd_steps(self) -> None:
        """The state after single steps on degenerate batches."""
        wanted = self.exam.expected
        state: dict[str, Shape | None] = dict(wanted.state())
        for odd in self.exam.odd:
            nulls = self.nulls | null_on(self.sides, odd.batch)
            part = Part(
                ODD,
                state,
                "float64.odd_gradient",
                "float64",
                wanted.kind,
                self.loosened(nulls),
                allowed=self.moved(f"odd/{odd.name}"),
                loose=self.cancelling(),
                batch=odd.batch,
            )
            self.compare(part, f"odd/{odd.name}")

    def epochs(self) -> None:
        """The record of each epoch, and its figures on held-out data."""
        names = ["epoch", "step", "learning_rate", *self.exam.expected.logs]
        names += ["phase"] if len(self.exam.phases) > 1 else []
        plain: dict[str, Shape | None] = dict.fromkeys(names, ())
        held_out: dict[str, Shape | None] = {
            f"val_{name}": () for name in self.exam.expected.logs
        }
        gate = "float64.null" if self.nulls else "float64.state"
        parts = [(FIGURES_OF_EPOCHS, plain, "float64.state")]
        if self.exam.window.validation:
            parts.append((HELD_OUT, held_out, gate))
        for epoch in range(1, self._epochs_done() + 1):
            for title, some, limit in parts:
                other = plain if some is held_out else held_out if parts[1:] else {}
                arrays = {
                    side: {
                        name: array
                        for name, array in reading.under(f"epochs/{epoch}").items()
                        if name not in other
                    }
                    for side, reading in self.sides.items()
                }
                allowed = self.allowed(f"epochs/{epoch}")
                part = Part(title, some, limit, allowed=allowed, step=epoch)
                self.ledger.compare(part, arrays)

    def _epochs_done(self) -> int:
        counts = [
            len({name.split("/")[1] for name in r.arrays if name.startswith("epochs/")})
            for r in self.sides.values()
        ]
        return max(counts, default=0)

    def after(self) -> None:
        """Outputs after training, and the weights that training ended with."""
        name = self.exam.window.epochs[0][0]
        rows = len(self.exam.batches[name]["ids"])
        nodes = with_rows(self.exam.expected.nodes, rows)
        gate = "float64.null" if self.nulls else "float64.state"
        for title, mode in zip(OUTPUTS_AFTER, MODES, strict=True):
            allowed = self.allowed(f"after/{mode}")
            part = Part(title, nodes, gate, "float64", allowed=allowed, batch=name)
            self.compare(part, f"after/{mode}")
        if all("stopped_after" in r.figures for r in self.sides.values()):
            state: dict[str, Shape | None] = dict(self._last().state())
            kind = self._last().kind
            part = Part(
                AT_THE_END,
                state,
                "float64.state",
                "float64",
                kind,
                self.loosened(),
                allowed=self.allowed("restored"),
                loose=self.cancelling(),
            )
            self.compare(part, "restored")

    def resumed(self) -> None:
        """Training that went on from an exported state comes out the same, to the bit."""
        first = min(r.figures["between"] for r in self.sides.values())
        last = max(step for step in self.exam.record if step <= self.steps_made())
        if last <= first or first not in self.exam.record:
            return  # one epoch alone: there is nowhere to go on from
        state: dict[str, Shape | None] = dict(self._last().state())
        for side, reading in self.sides.items():
            pair = {
                "straight on": reading.under(f"steps/{last}"),
                side: reading.under("resumed"),
            }
            part = Part(RESUMED, state, "float64.exact", truth="straight on")
            self.ledger.compare(part, pair)

    def _phase_at(self, step: int) -> int:
        """The phase in which the judge, or the first side, was after a step."""
        reading = self.sides.get(JUDGE) or next(iter(self.sides.values()))
        return phase_at(reading, step)

    def _last(self) -> Expected:
        """What the last phase must show."""
        return self.exam.phases[-1]
