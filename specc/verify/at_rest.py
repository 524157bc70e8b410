"""The comparison in float64 of what is seen of programs at rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..catalog.types import Shape
from .alone import alone_parts, held_to
from .compare import Part
from .conditioning import blurred, undecided, usual
from .evidence import Evidence, with_rows
from .laws import compare_laws
from .parts import BUILT_STATE, BUILT_WEIGHTS, INITIAL, LOOKS, REUSED, SEEDED
from .protocol import Probe
from .relations import compare_relations, relations_of
from .start import taken
from .window import ADVERSARIAL

__all__ = ["AtRest"]


class AtRest(Evidence):
    """The parts before any training."""

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
        self.compare(Part(INITIAL, names, "float64.exact", "float64"), "initial")
        state: dict[str, Shape | None] = {**wanted.state()}
        compare_laws(self.exam.program, self.sides, self.ledger)
        self.compare(Part(BUILT_STATE, state, "float64.exact", "float64"), "built")
        for side, reading in self.sides.items():
            drawn, built = reading.under("initial"), reading.under("built")
            pair = {"drawn": drawn, side: {n: built[n] for n in names if n in built}}
            part = Part(BUILT_WEIGHTS, names, "float64.exact", truth="drawn")
            self.ledger.compare(part, pair)

    def alone(self) -> None:
        """Each node by itself."""
        exam = self.exam
        for part, place in alone_parts(exam.forced, exam.expected, "float64"):
            allowed = {} if part.batch else self.moved(place)
            least = held_to(self.sides.values(), place)
            self.compare(replace(part, allowed=allowed, least=least), place)

    def at_rest(self, probe: Probe) -> None:
        """Outputs, figures and gradients on one batch."""
        rows = len(self.exam.batches[probe.batch]["ids"])
        wanted = self.exam.phases[probe.phase]
        odd = "odd_" if probe.batch in ADVERSARIAL else ""
        forward, gradient = f"float64.{odd}forward", f"float64.{odd}gradient"
        nodes = with_rows(wanted.nodes, rows)
        outputs = with_rows(wanted.outputs, rows)
        grads: dict[str, Shape | None] = dict(wanted.gradients)
        logs: dict[str, Shape | None] = dict.fromkeys(wanted.logs, ())
        tables: dict[str, dict[str, Shape | None]] = {
            "inference": nodes,
            "training": nodes,
            "predict": outputs,
            "penalty": {"penalty": ()},
            "evaluate": logs,
            "train": logs,
            "raw": grads,
            "clipped": grads,
        }
        for title, where in LOOKS:
            names = tables[where]
            gate = gradient if names is grads else forward
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
                terms=self.exam.terms(rows, training=True) if names is grads else 1,
                **self._amplified(where, probe),
            )
            self.compare(part, f"{where}/{probe.name}")

    def _amplified(self, where: str, probe: Probe) -> dict[str, Any]:
        """What becomes of rounding on a batch."""
        found: dict[str, Any] = {"allowed": self.moved(f"{where}/{probe.name}")}
        if where not in ("evaluate", "train", "raw", "clipped"):
            return found
        mode = "inference" if where == "evaluate" else "training"
        outputs = [r.under(f"{mode}/{probe.name}") for r in self.sides.values()]
        if where in ("evaluate", "train"):
            found["turned"] = undecided(self.exam.program, outputs)
        blur = blurred(self.exam.program, outputs)
        self.blur = max(self.blur, *blur.values(), 0.0) if probe.ordinary else self.blur
        return {**found, "blur": blur}

    def related(self) -> None:
        """Relations within each program."""
        relations, rows = relations_of(self.exam.program), self.exam.rows()
        if rows < 2:
            return
        outputs = with_rows(self.exam.expected.outputs, rows)
        gradients: dict[str, Shape | None] = dict(self.exam.expected.gradients)
        terms = self.exam.terms(rows, training=True)
        compare_relations(
            relations, outputs, gradients, terms, self.sides, self.ledger, self.moved
        )

    def seeded(self) -> None:
        """Masks come from the seed that a state was made with."""
        if not self.exam.program.network.streams():
            return
        name = self.exam.window.epochs[0][0]
        rows = len(self.exam.batches[name]["ids"])
        nodes = with_rows(self.exam.expected.nodes, rows)
        allowed = self.moved("training/real")
        part = Part(
            SEEDED, nodes, "float64.forward", "float64", allowed=allowed, batch=name
        )
        self.compare(part, "seeded")
