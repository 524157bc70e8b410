"""The comparison in float64: everything that the sides did, under fixed gates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..catalog.types import Shape
from .alone import ALONE, alone_parts, held_to
from .bare import SEEDED
from .blame import AFTER, AT_REST, EXACT
from .compare import Mismatch, Part
from .conditioning import Rounding, blurred, undecided, vanished
from .decisions import PlainFigures
from .exam import Exam, phase_at
from .expect import Expected
from .laws import compare_laws
from .ledger import Ledger
from .nulls import clear_drift, null_entries, null_on
from .protocol import JUDGE, STAGES, Probe, Reading
from .relations import compare_relations, relations_of
from .spread import distance, largest
from .start import REUSED, taken
from .tolerances import tolerances
from .updates import part_of_update
from .updating import ODD, at
from .window import ADVERSARIAL, LARGER

__all__ = ["Float64", "usual"]

Sides = Mapping[str, Reading]

#: Parts that are compared step by step, up to the first that is wrong.
STEPS = ("figures of steps", "state after steps")


def usual(sides: Sides, where: str, probe: Probe) -> dict[str, float]:
    """The size of gradients on ordinary inputs, for those on inputs that saturate.

    Where a tanh is at 1 − 1e-9 its derivative is the small difference of numbers near 1:
    a gradient is computed from what it would be if nothing were saturated. The same for
    gradients that are all zero.
    """
    if probe.batch != "large":
        return vanished(sides.values(), where, probe)
    found: dict[str, float] = {}
    for reading in sides.values():
        for name, array in reading.under(f"{where}/real").items():
            found[name] = max(found.get(name, 0.0), LARGER * largest([array]))
    return found


@dataclass
class Float64:
    """One comparison in float64. `run` fills the ledger."""

    exam: Exam
    sides: Sides
    #: A side, and its run from a start that was moved a little.
    control: tuple[str, Reading] | None = None
    #: What becomes of rounding at rest, where that was measured.
    rounding: Rounding | None = None
    ledger: Ledger = field(default_factory=lambda: Ledger("float64"))
    nulls: dict[str, np.ndarray] = field(default_factory=dict[str, np.ndarray])
    #: What the control shows so far, by what is looked at and tensor.
    gaps: dict[str, dict[str, float]] = field(
        default_factory=lambda: defaultdict[str, dict[str, float]](dict)
    )
    #: The largest relative rounding of gradients behind a sigmoid that saturates.
    blur: float = 0.0
    #: Weights that were cleared in function space.
    cleared: tuple[str, ...] = ()

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

    def compare(self, part: Part, prefix: str) -> list[Mismatch]:
        """Compare what all sides have under a prefix."""
        arrays = {name: reading.under(prefix) for name, reading in self.sides.items()}
        return self.ledger.compare(part, arrays)

    # At rest --------------------------------------------------------------------

    def start(self) -> None:
        """Initial weights, and what the built model makes of them."""
        wanted = self.exam.expected
        names: dict[str, Shape | None] = {**wanted.weights, **wanted.buffers}
        given = taken(self.exam.program.network, self.exam.reused)
        for side, reading in self.sides.items() if given else ():
            shapes = {path: array.shape for path, array in given.items()}
            part = Part(REUSED, shapes, "float64.exact", "float64", truth="given")
            drawn = reading.under("initial")
            pair = {"given": given, side: {n: drawn[n] for n in given if n in drawn}}
            self.ledger.compare(part, pair)
        self.compare(
            Part("initial weights", names, "float64.exact", "float64"), "initial"
        )
        state: dict[str, Shape | None] = {**wanted.state()}
        compare_laws(self.exam.program, self.sides, self.ledger)
        self.compare(Part("built state", state, "float64.exact", "float64"), "built")
        for side, reading in self.sides.items():
            drawn, built = reading.under("initial"), reading.under("built")
            pair = {"drawn": drawn, side: {n: built[n] for n in names if n in built}}
            part = Part("built weights", names, "float64.exact", truth="drawn")
            self.ledger.compare(part, pair)

    def alone(self) -> None:
        """Each node by itself."""
        exam = self.exam
        for part, place in alone_parts(exam.forced, exam.expected, "float64"):
            allowed = {} if part.batch else self._moved(place)
            least = held_to(self.sides.values(), place)
            self.compare(replace(part, allowed=allowed, least=least), place)

    def at_rest(self, probe: Probe) -> None:
        """Outputs, figures and gradients on one batch."""
        rows = len(self.exam.batches[probe.batch]["ids"])
        wanted = self.exam.phases[probe.phase]
        odd = "odd_" if probe.batch in ADVERSARIAL else ""
        forward, gradient = f"float64.{odd}forward", f"float64.{odd}gradient"
        nodes = _with_rows(wanted.nodes, rows)
        outputs = _with_rows(wanted.outputs, rows)
        grads: dict[str, Shape | None] = dict(wanted.gradients)
        logs: dict[str, Shape | None] = dict.fromkeys(wanted.logs, ())
        penalty: dict[str, Shape | None] = {"penalty": ()}
        for title, where, names, gate in (
            ("outputs in inference", "inference", nodes, forward),
            ("outputs in training", "training", nodes, forward),
            ("predictions", "predict", outputs, forward),
            ("penalty", "penalty", penalty, forward),
            ("figures in inference", "evaluate", logs, forward),
            ("figures in training", "train", logs, forward),
            ("gradients", "raw", grads, gradient),
            ("clipped gradients", "clipped", grads, gradient),
        ):
            if not wanted.applies(where):
                continue
            dtype = "float64" if names is not logs else None
            least = usual(self.sides, where, probe) if names is grads else {}
            part = Part(
                title,
                names,
                gate,
                dtype,
                batch=probe.batch,
                look=probe.name,
                least=least,
                **self._amplified(where, probe),
            )
            self.compare(part, f"{where}/{probe.name}")

    def _amplified(self, where: str, probe: Probe) -> dict[str, Any]:
        """What becomes of rounding on a batch."""
        found: dict[str, Any] = {"allowed": self._moved(f"{where}/{probe.name}")}
        if where not in ("evaluate", "train", "raw", "clipped"):
            return found
        mode = "inference" if where == "evaluate" else "training"
        outputs = [r.under(f"{mode}/{probe.name}") for r in self.sides.values()]
        if where in ("evaluate", "train"):
            found["turned"] = undecided(self.exam.program, outputs)
        blur = blurred(self.exam.program, outputs)
        self.blur = max(self.blur, *blur.values(), 0.0) if probe.ordinary else self.blur
        return {**found, "blur": blur}

    def _moved(self, prefix: str) -> dict[str, float]:
        """How far tensors may be apart at rest, where that was measured."""
        return {} if self.rounding is None else self.rounding.allowed(prefix)

    def related(self) -> None:
        """Relations within each program."""
        relations, rows = relations_of(self.exam.program), self.exam.rows()
        if rows < 2:
            return
        outputs = _with_rows(self.exam.expected.outputs, rows)
        gradients: dict[str, Shape | None] = dict(self.exam.expected.gradients)
        compare_relations(
            relations, outputs, gradients, self.sides, self.ledger, self._moved
        )

    def seeded(self) -> None:
        """Masks come from the seed that a state was made with."""
        if not self.exam.program.network.streams():
            return
        name = self.exam.window.epochs[0][0]
        rows = len(self.exam.batches[name]["ids"])
        nodes = _with_rows(self.exam.expected.nodes, rows)
        allowed = self._moved("training/real")
        part = Part(
            SEEDED, nodes, "float64.forward", "float64", allowed=allowed, batch=name
        )
        self.compare(part, "seeded")

    # Training -------------------------------------------------------------------

    def steps(self) -> None:
        """The whole state and the figures after every update that was recorded."""
        wanted, loose = self.exam.expected, self._loose()
        logs: dict[str, Shape | None] = dict.fromkeys(wanted.logs, ())
        cancelling = self._cancelling()
        for step in range(1, self._steps_made() + 1):
            wanted = self.exam.phases[self._phase_at(step)]
            state: dict[str, Shape | None] = dict(wanted.state())
            part = Part(
                "figures of steps",
                logs,
                "float64.state",
                allowed=self._allowed(f"logs/{step}"),
                step=step,
            )
            wrong = bool(self.compare(part, f"logs/{step}"))
            if step in self.exam.record:
                part = Part(
                    "state after steps",
                    state,
                    "float64.state",
                    "float64",
                    wanted.kind,
                    loose,
                    allowed=self._allowed(f"steps/{step}"),
                    loose=cancelling,
                    step=step,
                )
                found = self.compare(part, f"steps/{step}")
                wrong |= any(not item.null for item in found)
            if wrong:
                self._leave_out(step)
                return

    def _phase_at(self, step: int) -> int:
        """The phase in which the judge, or the first side, was after a step."""
        reading = self.sides.get(JUDGE) or next(iter(self.sides.values()))
        return phase_at(reading, step)

    def _last(self) -> Expected:
        """What the last phase must show."""
        return self.exam.phases[-1]

    def _leave_out(self, after: int) -> None:
        """Count the steps that are not compared, for they follow from one that differs."""
        wanted = self.exam.expected
        later = range(after + 1, self._steps_made() + 1)
        recorded = [step for step in later if step in self.exam.record]
        for name, some, steps in (
            ("figures of steps", wanted.logs, later),
            ("state after steps", wanted.state(), recorded),
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
                self._loose(nulls),
                allowed=self._moved(f"odd/{odd.name}"),
                loose=self._cancelling(),
                batch=odd.batch,
            )
            self.compare(part, f"odd/{odd.name}")

    def _allowed(self, prefix: str) -> dict[str, float]:
        """How far tensors may be apart by what the control shows, there or before."""
        if self.control is None:
            return {}
        side, reading = self.control
        one, other = self.sides[side].under(prefix), reading.under(prefix)
        factor, known = (
            tolerances()["float64.control"],
            self.gaps[prefix.rstrip("0123456789")],
        )
        for name in one.keys() & other.keys():
            here = factor * distance(one[name], other[name])
            known[name] = max(known.get(name, 0.0), here)
        return dict(known)

    def _cancelling(self) -> dict[str, float]:
        """How far weights and their slots may be apart because gradients cancel."""
        if self.rounding is None:
            return {}
        looks = [probe.name for probe in self.exam.probes]
        found = self.rounding.relative(
            f"{where}/{look}" for look in looks for where in ("raw", "clipped")
        )
        every = {name for wanted in self.exam.phases for name in wanted.slots}
        slots = {name: name.split("/", 2)[2] for name in every}
        return found | {name: found[w] for name, w in slots.items() if w in found}

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
            if name in ("outputs in training", "gradients", "predictions")
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

    def _steps_made(self) -> int:
        """The updates of the side that made most (`decisions` has compared them)."""
        return max(len(reading.figures["rows"]) for reading in self.sides.values())

    def _loose(
        self, nulls: Mapping[str, np.ndarray] | None = None
    ) -> dict[str, np.ndarray]:
        """Masks of entries under the wider gate: null weights, and what follows them."""
        nulls = self.nulls if nulls is None else nulls
        if not nulls:
            return {}
        wanted = self.exam.expected
        found = dict(nulls)
        for name in {name for phase in self.exam.phases for name in phase.slots}:
            weight = name.split("/", 2)[2]
            if weight in nulls:
                found[name] = nulls[weight]
        for name, shape in wanted.buffers.items():
            found[name] = np.ones(tuple(map(int, shape)), dtype=bool)
        return found

    def epochs(self) -> None:
        """The record of each epoch, and its figures on held-out data."""
        names = ["epoch", "step", "learning_rate", *self.exam.expected.logs]
        names += ["phase"] if len(self.exam.phases) > 1 else []
        plain: dict[str, Shape | None] = dict.fromkeys(names, ())
        held_out: dict[str, Shape | None] = {
            f"val_{name}": () for name in self.exam.expected.logs
        }
        gate = "float64.null" if self.nulls else "float64.state"
        parts = [("figures of epochs", plain, "float64.state")]
        if self.exam.window.validation:
            parts.append(("held-out figures", held_out, gate))
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
                allowed = self._allowed(f"epochs/{epoch}")
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
        nodes = _with_rows(self.exam.expected.nodes, rows)
        gate = "float64.null" if self.nulls else "float64.state"
        for mode in ("inference", "training"):
            title = f"outputs in {mode} after training"
            allowed = self._allowed(f"after/{mode}")
            part = Part(title, nodes, gate, "float64", allowed=allowed, batch=name)
            self.compare(part, f"after/{mode}")
        if all("stopped_after" in r.figures for r in self.sides.values()):
            state: dict[str, Shape | None] = dict(self._last().state())
            kind = self._last().kind
            part = Part(
                "state at the end",
                state,
                "float64.state",
                "float64",
                kind,
                self._loose(),
                allowed=self._allowed("restored"),
                loose=self._cancelling(),
            )
            self.compare(part, "restored")

    def resumed(self) -> None:
        """Training that went on from an exported state comes out the same, to the bit."""
        first = min(r.figures["between"] for r in self.sides.values())
        last = max(step for step in self.exam.record if step <= self._steps_made())
        if last <= first or first not in self.exam.record:
            return  # one epoch alone: there is nowhere to go on from
        state: dict[str, Shape | None] = dict(self._last().state())
        for side, reading in self.sides.items():
            pair = {
                "straight on": reading.under(f"steps/{last}"),
                side: reading.under("resumed"),
            }
            part = Part(
                "state after resuming", state, "float64.exact", truth="straight on"
            )
            self.ledger.compare(part, pair)


def _with_rows(shapes: Mapping[str, Shape], rows: int) -> dict[str, Shape | None]:
    return {name: (rows, *shape) for name, shape in shapes.items()}
