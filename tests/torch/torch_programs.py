"""Small programs for the tests of the PyTorch backend, and ways to run them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from types import ModuleType
from typing import Any

import numpy as np

from specc.backend import Emission
from specc.catalog.layers import Layer
from specc.catalog.losses.regression import MeanSquaredError
from specc.catalog.optimizers.sgd import SGD
from specc.catalog.registry import catalog
from specc.check.graph import Step, build_network
from specc.ir import Objective, Phase, Program, Training
from specc.live import load
from specc_torch import BACKEND

Arrays = dict[str, np.ndarray]
Steps = Sequence[tuple[str, Layer, str | tuple[str, ...]]]

#: How far a figure may be from the formula's, relative to the largest, by type.
BOUNDS = {"float32": 2e-5, "float64": 1e-12}
_NUMBERS = count()


def make(family: str, keyword: str, **arguments: Any) -> Any:
    """A construct of the catalogue."""
    return catalog().find(family, keyword).model_validate(arguments)


def layer(keyword: str, **arguments: Any) -> Any:
    """A layer of the catalogue."""
    return make("layer", keyword, **arguments)


def act(keyword: str, **arguments: Any) -> Any:
    """An activation of the catalogue."""
    return make("activation", keyword, **arguments)


def objective(output: str = "y", loss: Any = None, **fields: Any) -> Objective:
    """A loss on an output; its target is called `<output>_target`."""
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
            Step(step, kind, (edges,) if isinstance(edges, str) else edges)
            for step, kind, edges in steps
        ],
        outputs,
    )
    if objectives is None:
        objectives = [objective(output) for output in outputs]
    if not objectives:
        return Program(network=network)
    phase = Phase(
        name="main",
        epochs=2,
        optimizer=optimizer or SGD(learning_rate=0.1),
        frozen=tuple(training.pop("frozen", ())),
        callbacks=tuple(training.pop("callbacks", ())),
    )
    settings = {"seed": 3, "batch_size": 4, **training}
    return Program(
        network=network,
        training=Training(
            name="tested", objectives=tuple(objectives), phases=(phase,), **settings
        ),
    )


def chain(shape: tuple[int, ...], *layers: Layer, **fields: Any) -> Program:
    """A program whose layers follow one another, called `l1`, `l2` …"""
    names = ["image", *(f"l{number + 1}" for number in range(len(layers)))]
    steps = [
        (name, kind, names[number])
        for number, (name, kind) in enumerate(zip(names[1:], layers, strict=True))
    ]
    return program({"image": shape}, steps, **fields)


def emitted(compiled: Program) -> Emission:
    """What the backend writes."""
    return BACKEND.emit(BACKEND.plan(compiled))


def module_of(compiled: Program) -> ModuleType:
    """The emitted module, running."""
    return load(emitted(compiled).text, f"torch_tested_{next(_NUMBERS)}")


def batch_for(compiled: Program, rows: int = 5, seed: int = 0) -> Arrays:
    """Random inputs and fitting targets."""
    rng = np.random.default_rng(seed)
    network, training = compiled.network, compiled.training
    batch: Arrays = {"ids": np.arange(rows)}
    for item in network.inputs:
        batch[item.name] = rng.standard_normal((rows, *network.edge(item.name).shape))
    if training is None:
        return batch
    edges = {item.name: item.edge for item in network.outputs}
    for item in training.objectives:
        shape = network.edge(edges[item.output]).shape
        batch[item.target] = target_for(item.loss, (rows, *shape), rng)
    if training.sample_weight:
        batch[training.sample_weight] = rng.random(rows) + 0.5
    return batch


def target_for(
    loss: Any, shape: tuple[int, ...], rng: np.random.Generator
) -> np.ndarray:
    """A random target for a loss on an output of that shape."""
    if loss.target == "classes":
        return rng.integers(0, shape[-1], shape[:-1])
    if loss.target == "one_hot":
        return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]
    if loss.target == "binary":
        return rng.integers(0, 2, shape).astype(float)
    return rng.standard_normal(shape)


def scattered(module: ModuleType, state: Any, seed: int = 1) -> Arrays:
    """Random weights, given to the state; variances are positive."""
    rng = np.random.default_rng(seed)
    arrays: Arrays = {}
    for path, array in module.export_weights(state).items():
        values = 0.4 * rng.standard_normal(array.shape)
        arrays[path] = 0.5 + values**2 if "variance" in path else values
    module.import_weights(state, arrays)
    return arrays


def close(found: Any, wanted: Any, dtype: str) -> bool:
    """Whether two arrays agree to the precision of the type."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    if found.shape != wanted.shape:
        return False
    largest = max(float(np.abs(wanted).max(initial=0.0)), 1e-3)
    return bool(np.abs(found - wanted).max(initial=0.0) <= BOUNDS[dtype] * largest)
