"""From a tensor on which sides disagree to the node, layer or setting responsible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..ir import Origins, Phase, Program, Weight
from .compare import Mismatch
from .exam import Exam, phase_at
from .parts import (
    AFTER,
    AFTER_STEPS,
    ALONE,
    AT_REST,
    AT_THE_END,
    BEFORE,
    BEGINNING,
    CLIPPED,
    FIGURES,
    FIGURES_OF_EPOCHS,
    GRADIENTS,
    HALVED,
    HELD_OUT,
    ODD,
    OUTPUTS,
    OUTPUTS_AFTER,
    PENALTY,
    PREDICTIONS,
    RELATIONS,
    RESUMED,
    SEEDED,
    SETTINGS,
    STATES,
    STEP_FIGURES,
    STEPS,
    TURNED,
    UPDATES,
)
from .protocol import Arrays, Reading
from .spread import distance
from .verdict import Place

__all__ = ["Blame", "Scene", "place_of"]

DECISIONS = (
    "defaults",
    "rates",
    "late_rates",
    "order",
    "order_steps",
    "stopping",
    "stopped",
    "main",
    "ids",
    "rows",
)


@dataclass(frozen=True)
class Blame:
    """Who is held responsible: an owner and field of `Origins`, under a readable name."""

    node: str
    field: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Scene:
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

    def blame(self, item: Mismatch) -> Blame:
        """Who is responsible for a mismatch."""
        found = self._found(item)
        if found.owner == "optimizer":
            owner = self.phase_of(item).owner("optimizer")
            return replace(found, owner=owner)
        return found

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

    def _found(self, item: Mismatch) -> Blame:
        part, name = item.part.name, item.name
        if part in ALONE:
            node = name.rsplit("@", 1)[-1]
            return Blame(node, "", self._layer(node))
        if part in (*OUTPUTS, *OUTPUTS_AFTER, SEEDED):
            return Blame(name, "", self._layer(name))
        if part in BEGINNING:
            return self._initial(name)
        if part in (*STATES, UPDATES, ODD):
            return self._update(item)
        if part == RESUMED:
            return Blame("exported state", "", "optimizer")
        if part == AT_THE_END:
            return Blame("early_stopping, best weights", "callbacks", "training")
        if part == PENALTY:
            return self._penalty()
        if part in (GRADIENTS, CLIPPED):
            return self._gradient(item)
        if part in (*FIGURES, *STEP_FIGURES, FIGURES_OF_EPOCHS, HELD_OUT):
            return self._figure(item)
        if part in RELATIONS:
            return self._relation(item)
        if part == PREDICTIONS:
            return Blame(f"output {name}", "", f"output:{name}")
        if part == SETTINGS:
            return Blame(f"setting {name}", name.lower(), "training")
        return self._decision(item)

    def _layer(self, node: str) -> str:
        for call in self.program.network.calls:
            if call.name == node:
                return call.layer
        return node

    def _initial(self, path: str) -> Blame:
        if path.startswith(("optimizer/", "counter/")):
            return Blame("optimizer", "", "optimizer")
        layer, slot = path.rsplit("/", 1)
        taken = self.program.network.taken(path)
        field = f"{slot}_initializer" if taken is None else ""
        return Blame(layer, field, layer)

    def _penalty(self) -> Blame:
        """The regularized weight whose gradient differs, or the first there is."""
        paths = [w.path for w in self.program.network.weights() if w.regularizer]
        wrong = [path for path in self.differing(GRADIENTS) if path in paths]
        for path in (*wrong, *paths):
            layer, slot = path.rsplit("/", 1)
            return Blame(layer, f"{slot}_regularizer", layer)
        return Blame("penalty", "", "training")

    def _gradient(self, item: Mismatch) -> Blame:
        """The last layer whose gradient differs: the fault is in it or right after it."""
        if item.part.name == CLIPPED:
            return Blame("optimizer", self.clipping(), "optimizer")
        layer = item.name.rsplit("/", 1)[0]
        return Blame(layer, "", layer)

    def clipping(self) -> str:
        """The field by which the optimizer clips gradients; empty if it does not."""
        assert self.program.training is not None
        phases = self.program.training.phases
        found = next(filter(None, (p.optimizer.clipping() for p in phases)), None)
        return found[0] if found else ""

    def _figure(self, item: Mismatch) -> Blame:
        assert self.program.training is not None
        if item.part.name in (FIGURES_OF_EPOCHS, HELD_OUT):
            return Blame("epoch loop", item.name, "training")
        for objective in self.program.training.objectives:
            lead = f"{objective.output}_"
            key = item.name.removeprefix("val_")
            for metric in objective.metrics:
                if key in (metric.keyword, lead + metric.keyword):
                    owner = f"output:{objective.output}"
                    return Blame(f"metric {item.name}", "metrics", owner)
            if key == f"{lead}loss":
                return Blame(f"loss {item.name}", "loss", f"output:{objective.output}")
        output = self.program.training.objectives[0].output
        return Blame("loss", "loss", f"output:{output}")

    def _update(self, item: Mismatch) -> Blame:
        """Buffers belong to their layer; constrained weights alone to the constraint."""
        name, expected = item.name, self.exam.expected
        if name in expected.buffers:
            return self._buffer(name)
        if name.startswith("counter/"):
            return Blame("epoch loop", name, "training")
        wrong = self.differing(item.part.name, item.part.step)
        weights = [self.weight(path) for path in wrong]
        bound = [weight for weight in weights if weight and weight.constraint]
        if len(bound) == len(wrong) and bound:
            layer, slot = bound[0].path.rsplit("/", 1)
            return Blame(layer, f"{slot}_constraint", layer)
        if self.rate_ratio(item) is not None:
            return Blame("learning rate", "learning_rate", "optimizer")
        return Blame("optimizer", "", "optimizer")

    def _buffer(self, path: str) -> Blame:
        """The argument of the layer that says how its buffer moves."""
        network = self.program.network
        layer, slot = path.rsplit("/", 1)
        call = next(call for call in network.calls if call.layer == layer)
        shapes = network.shapes(call)
        slots = network.layer(layer).layer.buffers(shapes)
        return Blame(layer, next((s.field for s in slots if s.name == slot), ""), layer)

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

    def _relation(self, item: Mismatch) -> Blame:
        """An output, or the layer of a weight."""
        if item.part.name in (TURNED, HALVED):
            return Blame(f"output {item.name}", "", f"output:{item.name}")
        layer = item.name.rsplit("/", 1)[0]
        return Blame(layer, "", layer)

    def _decision(self, item: Mismatch) -> Blame:
        return {
            "late_rates": Blame("learning rate", "learning_rate", "optimizer"),
            "rates": Blame("learning rate", "learning_rate", "optimizer"),
            "order": Blame("order of examples", "shuffle", "training"),
            "order_steps": Blame("batches of an epoch", "batch_size", "training"),
            "ids": Blame("epoch loop", "", "training"),
            "rows": Blame("epoch loop", "", "training"),
            "stopping": Blame("early_stopping", "callbacks", "training"),
            "stopped_after": Blame("epoch loop", "callbacks", "training"),
            "passed over": Blame("epoch loop", "on_nan", "training"),
            "not_finite": Blame("epoch loop", "on_nan", "training"),
            "norms": Blame("clipping", "on_nan", "optimizer"),
            "guards": Blame("import_weights", "", "training"),
            "stopped": Blame("early_stopping, best weights", "callbacks", "training"),
            "defaults": Blame("init_state, build_model", "", "training"),
            "main": Blame("main, ArrayBatches", "", "training"),
        }.get(_decision(item.name), Blame("epoch loop", "", "training"))


def _decision(name: str) -> str:
    """What is decided, whatever it is of and in whichever phase."""
    return name.split(":")[0].rstrip("0123456789")


def place_of(origins: Origins | None, owner: str, field: str = "") -> Place | None:
    """The place in the spec of a field, or of its owner."""
    if origins is None or not owner:
        return None
    origin = origins.find(owner, field)
    if origin is None or origin.span is None:
        return None
    span = origin.span
    return Place(span.source.name, span.line, span.column)
