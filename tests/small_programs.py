"""Small programs for the tests of any backend, and arrays for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from specc.catalog.layers import Layer
from specc.catalog.losses.regression import MeanSquaredError
from specc.catalog.optimizers.sgd import SGD
from specc.catalog.registry import catalog
from specc.check.graph import Step, build_network
from specc.ir import Objective, Phase, Program, Training

Arrays = dict[str, np.ndarray]
Steps = Sequence[tuple[str, Layer, str | tuple[str, ...]]]

#: How far a figure may be from the formula's, relative to the largest, by type.
BOUNDS = {"float32": 2e-5, "float64": 1e-12}


def make(family: str, keyword: str, **arguments: Any) -> Any:
    """A construct of the catalogue."""
    return catalog().find(family, keyword).model_validate(arguments)


def layer(keyword: str, **arguments: Any) -> Any:
    """A layer of the catalogue."""
    return make("layer", keyword, **arguments)


def objective(output: str = "y", loss: Any = None, **fields: Any) -> Objective:
    """A loss on an output whose target has the output's name with `_target` after it."""
    named = {"output": output, "target": f"{output}_target", **fields}
    return Objective(loss=loss or MeanSquaredError(), **named)


def program(
    inputs: Mapping[str, tuple[int | str, ...]],
    steps: Steps,
    outputs: Mapping[str, str] | None = None,
    objectives: Sequence[Objective] | None = None,
    optimizer: Any = None,
    name: str = "Tested",
    **training: Any,
) -> Program:
    """A program; by default one output `y`, the last step, with mean squared error.

    With no objectives it is a model alone.
    """
    outputs = outputs or {"y": steps[-1][0]}
    network = build_network(
        name,
        {key: (shape, "float32") for key, shape in inputs.items()},
        [
            Step(step, each, (taken,) if isinstance(taken, str) else taken)
            for step, each, taken in steps
        ],
        outputs,
    )
    if objectives is None:
        objectives = [objective(output) for output in outputs]
    if not objectives:
        return Program(network=network)
    phase = Phase(
        name="main",
        epochs=training.pop("epochs", 2),
        optimizer=optimizer or SGD(),
        callbacks=tuple(training.pop("callbacks", ())),
        frozen=tuple(training.pop("frozen", ())),
    )
    return Program(
        network=network,
        training=Training(
            name="tested",
            objectives=tuple(objectives),
            phases=(phase,),
            **{"seed": 7, **training},
        ),
    )


def batch_of(tested: Program, rows: int = 5, seed: int = 0, **sizes: int) -> Arrays:
    """Random inputs, and targets that fit the losses; `sizes` are those of run time."""
    random = np.random.default_rng(seed)
    network, training = tested.network, tested.training
    batch: Arrays = {"ids": np.arange(rows)}

    def shape_of(edge: str) -> tuple[int, ...]:
        shape = network.edge(edge).shape
        return rows, *(sizes[n] if isinstance(n, str) else n for n in shape)

    for item in network.inputs:
        batch[item.name] = random.normal(size=shape_of(item.name))
    if training is None:
        return batch
    for item in training.objectives:
        shape = shape_of(network.ends[item.output])
        batch[item.target] = target_for(item.loss, shape, random)
    if training.sample_weight is not None:
        batch[training.sample_weight] = random.uniform(0.2, 2.0, rows)
    return batch


def target_for(
    loss: Any, shape: tuple[int, ...], random: np.random.Generator
) -> np.ndarray:
    """A random target for a loss on an output of that shape."""
    if loss.target == "classes":
        return random.integers(0, shape[-1], shape[:-1])
    if loss.target == "one_hot":
        return np.eye(shape[-1])[random.integers(0, shape[-1], shape[:-1])]
    if loss.target == "binary":
        return random.integers(0, 2, shape).astype(np.float64)
    return random.normal(size=shape)


def randomize(module: ModuleType, state: Any, seed: int = 3) -> None:
    """Move weights and buffers away from their initial values; variances stay positive."""
    random = np.random.default_rng(seed)
    arrays = module.export_weights(state)
    for path, array in arrays.items():
        array += (0.3 * random.normal(size=array.shape)).astype(array.dtype)
        if path.endswith("moving_variance"):
            np.abs(array, out=array)
            array += array.dtype.type(0.1)
    module.import_weights(state, arrays)
