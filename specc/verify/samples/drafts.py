"""Putting small programs together by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...catalog.families import Callback, Loss, Metric, Optimizer
from ...catalog.layers import Layer
from ...catalog.optimizers import SGD
from ...catalog.types import REAL, DType, Shape
from ...check.graph import NetworkBuilder, Step
from ...ir import (
    Network,
    Objective,
    Phase,
    Program,
    Reused,
    ReusedArray,
    Training,
)
from ...runtime.batches import ArrayBatches
from ...runtime.random import random_words, uniform

__all__ = [
    "SHAPES",
    "Draft",
    "arrays_for",
    "batches_for",
    "fused",
    "reusing",
    "train",
    "with_phase",
    "with_phases",
]

#: Shapes of an example that layers are tried on.
SHAPES: dict[str, tuple[int, ...]] = {
    "flat": (5,),
    "sequence": (7, 3),
    "image": (6, 5, 4),
}

ROWS, HELD_OUT, BATCH = 19, 5, 8
#: The first of the sizes that are known only at run time.
OPEN_SIZE = 6


@dataclass
class Draft:
    """A network in the making, with the language's automatic names."""

    shapes: Mapping[str, Shape]
    #: Of inputs that are not of real numbers.
    types: Mapping[str, DType] = field(default_factory=dict[str, DType])
    builder: NetworkBuilder = field(default_factory=NetworkBuilder)
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        for name, shape in self.shapes.items():
            self.builder.take(name, shape, self.types.get(name, REAL))

    def add(
        self,
        layer: Layer,
        *inputs: str,
        name: str = "",
        owner: str = "",
        over_time: int = 0,
    ) -> str:
        """Place a layer, or with `owner` that layer once more; return the name of its edge.

        With `over_time` it is applied at every step along so many axes.

        Raises:
            Misfit: it does not fit its inputs.
        """
        word = "time_distributed" if over_time else _snake(layer.keyword)
        self.counts[word] = self.counts.get(word, 0) + 1
        edge = name or f"{word}_{self.counts[word]}"
        self.builder.place(Step(edge, layer, inputs, owner or edge, over_time))
        return edge

    def shape(self, edge: str) -> Shape:
        """The shape of one example of an edge."""
        return self.builder.edges[edge].shape

    def network(self, outputs: Mapping[str, str], name: str = "Sample") -> Network:
        """The finished network."""
        return self.builder.network(name, outputs)


def _snake(keyword: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", keyword).lower()


def reusing(network: Network, part: str, training: str = "before") -> Network:
    """The network with all weights and buffers of a part taken from another training.

    `part` stands before the names of the layers, as a block does.
    """
    lead = f"{part}/"
    arrays = tuple(
        ReusedArray(path=item.path, source=item.path.removeprefix(lead))
        for item in (*network.weights(), *network.buffers())
        if item.path.startswith(lead)
    )
    taken = Reused(name=part, training=training, arrays=arrays)
    return network.model_copy(update={"reused": (*network.reused, taken)})


def train(
    network: Network,
    losses: Mapping[str, Loss],
    metrics: Mapping[str, tuple[Metric, ...]] | None = None,
    *,
    optimizer: Optimizer | None = None,
    callbacks: tuple[Callback, ...] = (),
    epochs: int = 4,
    sample_weight: str | None = None,
    **settings: Any,
) -> Program:
    """A program that trains a network; `losses` and `metrics` go by output.

    The target of an output is called like the output, with ``_target`` added.
    """
    objectives = tuple(
        Objective(
            output=output,
            target=f"{output}_target",
            loss=loss,
            logits=fused(network, output, loss),
            metrics=(metrics or {}).get(output, ()),
        )
        for output, loss in losses.items()
    )
    phase = Phase(
        name="phase_1",
        epochs=epochs,
        optimizer=optimizer or SGD.model_validate({"learning_rate": 0.05}),
        callbacks=callbacks,
    )
    given: dict[str, Any] = {"batch_size": BATCH, "seed": 7, **settings}
    training = Training(
        name="sample",
        objectives=objectives,
        sample_weight=sample_weight,
        phases=(phase,),
        **given,
    )
    return Program(network=network, training=training)


def fused(network: Network, output: str, loss: Loss) -> bool:
    """Whether the activation that ends the output is the one the loss is fused with."""
    if loss.fuses is None or loss.takes_logits():
        return False
    edge = next(item.edge for item in network.outputs if item.name == output)
    for call in network.calls:
        if call.name == edge:
            activation = network.layer(call.layer).layer.ending()
            return activation is not None and activation.keyword == loss.fuses
    return False


def with_phase(program: Program, **changes: Any) -> Program:
    """The program with other settings of its phase, or of each of them."""
    training = program.training
    assert training is not None, "a model alone has no phases"
    phases = [phase.model_copy(update=changes) for phase in training.phases]
    return with_phases(program, *phases)


def with_phases(program: Program, *phases: Phase) -> Program:
    """The program with these phases in the place of its own."""
    training = program.training
    assert training is not None, "a model alone has no phases"
    training = training.model_copy(update={"phases": phases})
    return program.model_copy(update={"training": training})


def batches_for(
    program: Program, rows: int = ROWS, held_out: int = HELD_OUT
) -> ArrayBatches:
    """Random data that fits a program: inputs, targets, weights of examples.

    Targets are numbers, class numbers, one-hot rows, or zeros and ones, as each loss
    wants them.
    """
    training = program.training
    assert training is not None, "a model alone needs no data"
    return ArrayBatches(
        arrays_for(program, rows, "training"),
        arrays_for(program, held_out, "validation") if held_out else None,
        batch_size=training.batch_size,
        seed=training.seed,
        shuffle=training.shuffle,
    )


def arrays_for(program: Program, rows: int, part: str) -> dict[str, np.ndarray]:
    """Random inputs, targets and weights of examples, by what the batches call them."""
    network, training = program.network, program.training
    assert training is not None
    found: dict[str, np.ndarray] = {}
    for item in network.inputs:
        shape = (rows, *_sizes(network, item.name))
        numbers = _numbers(f"{part}/{item.name}", shape)
        kind = network.input_types.get(item.name)
        # Whole numbers from −6 to 6; of truths about half hold.
        whole = numbers > 0 if kind == "bool" else np.round(4 * numbers)
        found[item.name] = numbers if kind is None else whole.astype(kind)
    for objective in training.objectives:
        edge = next(o.edge for o in network.outputs if o.name == objective.output)
        shape = (rows, *_sizes(network, edge))
        found[objective.target] = _target(
            f"{part}/{objective.target}", shape, objective
        )
    if training.sample_weight is not None:
        weights = np.abs(_numbers(f"{part}/weights", (rows,))) + np.float32(0.1)
        found[training.sample_weight] = weights
    return found


def _sizes(network: Network, edge: str) -> tuple[int, ...]:
    """The shape of an example of an edge; sizes known only at run time are all different."""
    known = {name: OPEN_SIZE + number for number, name in enumerate(network.sizes)}
    return tuple(known.get(str(dim), 0) or int(dim) for dim in network.edge(edge).shape)


def _numbers(path: str, shape: tuple[int, ...]) -> np.ndarray:
    words = random_words(1, "samples", path, math.prod(shape))
    return (3.0 * (uniform(words) - 0.5)).reshape(shape).astype(np.float32)


def _target(path: str, shape: tuple[int, ...], objective: Objective) -> np.ndarray:
    loss = objective.loss
    if loss.target == "values":
        return _numbers(path, shape)
    if loss.target == "binary":
        return (_numbers(path, shape) > 0).astype(np.float32)
    words = random_words(1, "samples", path, math.prod(shape[:-1]))
    classes = (words % np.uint64(shape[-1])).astype(np.int64).reshape(shape[:-1])
    if loss.target == "classes":
        return classes
    return np.eye(shape[-1], dtype=np.float32)[classes]
