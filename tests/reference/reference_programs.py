"""Small programs for the tests of the reference backend, and ways to run them."""

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
from specc.live import load
from specc_reference import BACKEND

Steps = Sequence[tuple[str, Layer, str | tuple[str, ...]]]


def make(family: str, keyword: str, **arguments: Any) -> Any:
    """A construct of the catalogue."""
    return catalog().find(family, keyword).model_validate(arguments)


def layer(keyword: str, **arguments: Any) -> Any:
    """A layer of the catalogue."""
    return make("layer", keyword, **arguments)


def objective(output: str, loss: Any = None, **fields: Any) -> Objective:
    """A loss on an output whose target has the output's name with `_target` after it."""
    named = {"output": output, "target": f"{output}_target", **fields}
    return Objective(loss=loss or MeanSquaredError(), **named)


def program(
    inputs: Mapping[str, tuple[int, ...]],
    steps: Steps,
    outputs: Mapping[str, str] | None = None,
    objectives: Sequence[Objective] = (),
    optimizer: Any = None,
    **training: Any,
) -> Program:
    """A program; by default one output `y`, the last step, with mean squared error."""
    outputs = outputs or {"y": steps[-1][0]}
    network = build_network(
        "Tested",
        {name: (shape, "float32") for name, shape in inputs.items()},
        [
            Step(name, each, (taken,) if isinstance(taken, str) else taken)
            for name, each, taken in steps
        ],
        outputs,
    )
    settings: dict[str, Any] = {"callbacks": (), "frozen": (), "epochs": 2}
    settings |= {key: training.pop(key) for key in list(training) if key in settings}
    phase = Phase(name="all", optimizer=optimizer or SGD(), **settings)
    return Program(
        network=network,
        training=Training(
            name="tested",
            objectives=tuple(objectives) or tuple(objective(name) for name in outputs),
            phases=(phase,),
            **{"seed": 7, **training},
        ),
    )


def module_of(tested: Program, name: str = "reference_tested") -> ModuleType:
    """The running program."""
    planned = BACKEND.plan(tested)
    assert planned.obstacles == ()
    return load(BACKEND.emit(planned).text, name)


def batch_of(tested: Program, rows: int = 5, seed: int = 0) -> dict[str, np.ndarray]:
    """Random inputs, and targets that fit the losses."""
    random = np.random.default_rng(seed)
    network, training = tested.network, tested.training
    assert training is not None
    batch: dict[str, np.ndarray] = {"ids": np.arange(rows)}
    for item in network.inputs:
        shape = (rows, *(int(size) for size in network.edge(item.name).shape))
        batch[item.name] = random.normal(size=shape)
    edges = {output.name: output.edge for output in network.outputs}
    for item in training.objectives:
        sizes = tuple(int(n) for n in network.edge(edges[item.output]).shape)
        batch[item.target] = _target(item.loss, (rows, *sizes), random)
    if training.sample_weight is not None:
        batch[training.sample_weight] = random.uniform(0.2, 2.0, rows)
    return batch


def _target(
    loss: Any, shape: tuple[int, ...], random: np.random.Generator
) -> np.ndarray:
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
        array += 0.3 * random.normal(size=array.shape)
        if path.endswith("moving_variance"):
            np.abs(array, out=array)
            array += 0.1
    module.import_weights(state, arrays)


def numerical(function: Any, x: np.ndarray, entries: int | None = None) -> np.ndarray:
    """Central differences of a function of `x` that gives a number.

    With `entries`, only so many entries are looked at, the others are NaN.
    """
    found = np.full(x.size, np.nan)
    chosen = np.arange(x.size)
    if entries is not None and entries < x.size:
        chosen = np.random.default_rng(1).choice(x.size, entries, replace=False)
    flat = x.reshape(-1)
    assert np.shares_memory(flat, x), "x must be contiguous: it is changed in place"
    for place in chosen:
        old, step = flat[place], 1e-5 * max(1.0, abs(flat[place]))
        flat[place] = old + step
        above = function()
        flat[place] = old - step
        below = function()
        flat[place] = old
        found[place] = (above - below) / (2 * step)
    return found.reshape(x.shape)


def assert_gradient(
    given: np.ndarray, measured: np.ndarray, bound: float = 1e-6
) -> None:
    """Hold a gradient against central differences, where these were taken."""
    looked = np.isfinite(measured)
    assert looked.any()
    assert np.isfinite(given).all()
    scale = max(1e-3, float(np.abs(measured[looked]).max()))
    assert np.abs(given - measured)[looked].max() <= bound * scale
