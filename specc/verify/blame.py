"""From a tensor on which sides disagree to the node, layer or setting responsible."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..ir import Origins
from .compare import Mismatch
from .parts import (
    ALONE,
    AT_THE_END,
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
    TURNED,
    UPDATES,
)
from .scene import Sight
from .verdict import Place

__all__ = ["Blame", "Scene", "place_of"]


@dataclass(frozen=True)
class Blame:
    """Who is held responsible: an owner and field of `Origins`, under a readable name."""

    node: str
    field: str = ""
    owner: str = ""


class Scene(Sight):
    """What the comparison saw, and who answers for it."""

    def blame(self, item: Mismatch) -> Blame:
        """Who is responsible for a mismatch."""
        found = self._found(item)
        if found.owner == "optimizer":
            owner = self.phase_of(item).owner("optimizer")
            return replace(found, owner=owner)
        return found

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
        layer, network = path.rpartition("/")[0], self.program.network
        drawn = network.taken(path) is None
        field = network.argument(path, "initializer") if drawn else ""
        return Blame(layer, field, layer)

    def _penalty(self) -> Blame:
        """The regularized weight whose gradient differs, or the first there is."""
        paths = [w.path for w in self.program.network.weights() if w.regularizer]
        wrong = [path for path in self.differing(GRADIENTS) if path in paths]
        for path in (*wrong, *paths):
            layer = path.rpartition("/")[0]
            field = self.program.network.argument(path, "regularizer")
            return Blame(layer, field, layer)
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
        if name.startswith("counter/plateau_"):
            return Blame("reduce_on_plateau", "callbacks", "training")
        if name.startswith("counter/"):
            return Blame("epoch loop", name, "training")
        wrong = self.differing(item.part.name, item.part.step)
        weights = [self.weight(path) for path in wrong]
        bound = [weight for weight in weights if weight and weight.constraint]
        if len(bound) == len(wrong) and bound:
            layer = bound[0].path.rpartition("/")[0]
            field = self.program.network.argument(bound[0].path, "constraint")
            return Blame(layer, field, layer)
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
            "plateau": Blame("reduce_on_plateau", "callbacks", "training"),
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
