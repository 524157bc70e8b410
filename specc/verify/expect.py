"""What a program must show, by its intermediate form: every name with its shape.

The comparison counts against these lists, so a model that is empty, or whose tensors are
renamed, missing or permuted, cannot pass for want of anything to compare.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..catalog.types import Shape
from ..emit.shared import plateau_of
from ..ir import Network, Program, Training
from ..runtime.phases import COUNTERS
from ..runtime.plateau import PLATEAU

__all__ = ["Expected", "expected"]

Shapes = dict[str, Shape]


@dataclass(frozen=True)
class Expected:
    """Names and shapes in the order of the network.

    `nodes` and `outputs` have the shapes of one example (the batch comes before).
    """

    weights: Shapes
    buffers: Shapes
    slots: Shapes
    nodes: Shapes
    outputs: Shapes
    gradients: Shapes
    logs: tuple[str, ...]
    #: Whether any weight has a penalty, and whether gradients are clipped.
    penalized: bool
    clips: bool
    #: Whether the training has several phases.
    phased: bool = False
    #: Whether a plateau lowers the learning rate.
    lowers: bool = False

    def state(self) -> Shapes:
        """All arrays of a whole state."""
        names = COUNTERS if self.phased else COUNTERS[:2]
        names += tuple(f"plateau_{name}" for name in PLATEAU) if self.lowers else ()
        counters: Shapes = {f"counter/{name}": () for name in names}
        return {**self.weights, **self.buffers, **self.slots, **counters}

    def applies(self, where: str) -> bool:
        """Whether there is anything to look at under that name."""
        return {"penalty": self.penalized, "clipped": self.clips}.get(where, True)

    def kind(self, name: str) -> str:
        """The kind of an array of the state: tensors of one kind share a floor."""
        if name.startswith("optimizer/"):
            return name.split("/")[1]
        if name.startswith("counter/"):
            return name
        return "weights" if name in self.weights else name.rsplit("/", 1)[-1]


def expected(program: Program, number: int = 0) -> Expected:
    """What the program must show in its phase of that number.

    Raises:
        ValueError: it has no training.
    """
    network, training = program.network, program.training
    if training is None:
        raise ValueError("a model without a training has nothing to verify")
    weights: Shapes = {weight.path: weight.shape for weight in network.weights()}
    phase = training.phases[number]
    frozen = set(program.frozen(phase))
    trained = {name: shape for name, shape in weights.items() if name not in frozen}
    return Expected(
        weights=weights,
        buffers={buffer.path: buffer.shape for buffer in network.buffers()},
        slots={
            f"optimizer/{slot}/{path}": shape
            for slot in phase.optimizer.slots()
            for path, shape in trained.items()
        },
        nodes={call.name: network.edge(call.name).shape for call in network.calls},
        outputs={out.name: network.edge(out.edge).shape for out in network.outputs},
        gradients=trained,
        logs=tuple(_logs(network, training)),
        penalized=any(weight.regularizer for weight in network.weights()),
        clips=any(p.optimizer.clipping() is not None for p in training.phases),
        phased=len(training.phases) > 1,
        lowers=plateau_of(phase) is not None,
    )


def _logs(network: Network, training: Training) -> Iterable[str]:
    yield "loss"
    several = len(network.outputs) > 1
    for objective in training.objectives:
        lead = f"{objective.output}_" if several else ""
        if several:
            yield f"{lead}loss"
        for metric in objective.metrics:
            yield f"{lead}{metric.keyword}"
