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
from ...catalog.types import Shape
from ...check.graph import NetworkBuilder, Step
from ...ir import Network, Objective, Phase, Program, Training
from ...runtime.batches import ArrayBatches
from ...runtime.random import random_words, uniform

__all__ = [
    "SHAPES",
    "Draft",
    "arrays_for",
    "batches_for",
    "fused",
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


@dataclass
class Draft:
    """A network in the making, with the language's automatic names."""

    shapes: Mapping[str, tuple[int, ...]]
    builder: NetworkBuilder = field(default_factory=NetworkBuilder)
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        for name, shape in self.shapes.items():
            self.builder.take(name, shape, "float32")

    def add(self, layer: Layer, *inputs: str, name: str = "", owner: str = "") -> str:
        """Place a layer, or with `owner` that layer once more; return the name of its edge.

        Raises:
            Misfit: it does not fit its inputs.
        """
        word = _snake(layer.keyword)
        self.counts[word] = self.counts.get(word, 0) + 1
        edge = name or f"{word}_{self.counts[word]}"
        self.builder.place(Step(edge, layer, inputs, owner or edge))
        return edge

    def shape(self, edge: str) -> Shape:
        """The shape of one example of an edge."""
        return self.builder.edges[edge].shape

    def network(self, outputs: Mapping[str, str], name: str = "Sample") -> Network:
        """The finished network."""
        return self.builder.network(name, outputs)


def _snake(keyword: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", keyword).lower()


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
        shape = (rows, *_sizes(network.edge(item.name).shape))
        found[item.name] = _numbers(f"{part}/{item.name}", shape)
    for objective in training.objectives:
        edge = next(o.edge for o in network.outputs if o.name == objective.output)
        shape = (rows, *_sizes(network.edge(edge).shape))
        found[objective.target] = _target(
            f"{part}/{objective.target}", shape, objective
        )
    if training.sample_weight is not None:
        weights = np.abs(_numbers(f"{part}/weights", (rows,))) + np.float32(0.1)
        found[training.sample_weight] = weights
    return found


def _sizes(shape: Shape) -> tuple[int, ...]:
    return tuple(dim if isinstance(dim, int) else 3 for dim in shape)


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
