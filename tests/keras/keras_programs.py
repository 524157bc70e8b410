"""Small programs for the tests of the Keras backend, and ways to run them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
from specc_keras import BACKEND

Steps = Sequence[tuple[str, Layer, str | tuple[str, ...]]]
Arrays = dict[str, np.ndarray]
_NUMBERS = count()

#: How far a figure may be from the formula's, relative to the largest, by type.
BOUNDS = {"float32": 2e-5, "float64": 1e-12}


def named(value: object) -> str | None:
    """The name of a parameter of a test: the same in every process."""
    return None if callable(value) else str(value)


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
    inputs: Mapping[str, tuple[int | str, ...]],
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


@dataclass
class Running:
    """An emitted program and a state of it."""

    program: Program
    emission: Emission
    module: ModuleType
    state: Any
    dtype: str

    @property
    def bound(self) -> float:
        """How far figures may be from the formula's."""
        return BOUNDS[self.dtype]


def emit(tested: Program, long_lines: bool = False) -> Emission:
    """The program's text, which formatter and linter must find nothing in.

    Names of 64 characters make lines that no layout can shorten: `long_lines`.
    """
    planned = BACKEND.plan(tested)
    assert planned.obstacles == ()
    emission = BACKEND.emit(planned)
    check_style(emission.text, ",E501" if long_lines else "")
    return emission


def check_style(text: str, ignored: str = "") -> None:
    """Hold a program against the formatter and the linter.

    Raises:
        AssertionError: they have something to say.
    """
    for command in (
        ("format", "--check", "--diff"),
        ("check", "--select", "E,F,I,UP,B", "--ignore", f"W{ignored}", "--quiet"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "-"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def run(tested: Program, dtype: str = "float64") -> Running:
    """The program in a state whose weights and buffers are not the initial ones."""
    emission = emit(tested)
    module = load(emission.text, f"keras_tested_{next(_NUMBERS)}")
    state = module.init_state(dtype=dtype)
    randomize(module, state)
    return Running(tested, emission, module, state, dtype)


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


def batch_of(tested: Program, rows: int = 5, seed: int = 0, **sizes: int) -> Arrays:
    """Random inputs, and targets that fit the losses; `sizes` are those of run time."""
    random = np.random.default_rng(seed)
    network, training = tested.network, tested.training
    assert training is not None
    batch: Arrays = {"ids": np.arange(rows)}

    def shape_of(edge: str) -> tuple[int, ...]:
        shape = network.edge(edge).shape
        return rows, *(sizes[n] if isinstance(n, str) else n for n in shape)

    for item in network.inputs:
        batch[item.name] = random.normal(size=shape_of(item.name))
    edges = {output.name: output.edge for output in network.outputs}
    for item in training.objectives:
        shape = shape_of(edges[item.output])
        batch[item.target] = _target(item.loss, shape, random)
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


def assert_near(found: Any, expected: Any, bound: float) -> None:
    """Hold an array against another, relative to the largest entry of that."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    assert found.shape == expected.shape
    assert np.isfinite(found).all()
    scale = max(float(np.abs(expected).max(initial=0.0)), 1e-3)
    assert np.abs(found - expected).max(initial=0.0) <= bound * scale


def check_gradients(running: Running, batch: Arrays, entries: int = 4) -> None:
    """Hold gradients against central differences of the loss, at some of the weights.

    Masks stay those of one step, and buffers are put back. For float64 only.
    """
    module, state = running.module, running.state
    before = module.export_weights(state)
    raw, _ = module.gradients(state, batch, 3)
    module.import_weights(state, before)
    random = np.random.default_rng(1)
    assert raw
    for path, gradient in raw.items():
        gradient = np.asarray(gradient)
        for place in random.choice(gradient.size, min(entries, gradient.size), False):
            slope = _slope(running, batch, before, path, int(place))
            scale = max(1e-2, float(np.abs(gradient).max()))
            assert abs(gradient.reshape(-1)[place] - slope) <= 1e-6 * scale, path


def _slope(
    running: Running, batch: Arrays, weights: Arrays, path: str, place: int
) -> float:
    """The central difference of the loss at one entry of one weight."""
    module, state = running.module, running.state
    losses: list[float] = []
    for sign in (1.0, -1.0):
        moved = {name: array.copy() for name, array in weights.items()}
        moved[path].reshape(-1)[place] += sign * 1e-5
        module.import_weights(state, moved)
        losses.append(module.gradients(state, batch, 3)[1]["loss"])
    module.import_weights(state, weights)
    return (losses[0] - losses[1]) / 2e-5


def outputs(
    running: Running, batch: Arrays, training: bool = False, step: int = 0
) -> Arrays:
    """The outputs of all nodes."""
    probe = BACKEND.load_probe()
    return probe.node_outputs(
        running.module, running.emission, running.state, batch, training, step
    )


def check_layer(
    tested: Layer,
    shapes: Sequence[tuple[int, ...]],
    formula: Callable[[list[np.ndarray], Arrays], np.ndarray],
    dtype: str,
    training: bool = False,
) -> Running:
    """Hold a layer against a formula of its inputs and of its weights by slot.

    In float64 its gradients are held against central differences, too.
    """
    names = [f"x{i}" for i in range(len(shapes))]
    running = run(
        program(
            dict(zip(names, shapes, strict=True)), [("tested", tested, tuple(names))]
        ),
        dtype,
    )
    batch = batch_of(running.program)
    weights = {
        path.rpartition("/")[2]: array.astype(np.float64)
        for path, array in running.module.export_weights(running.state).items()
    }
    expected = formula([batch[name] for name in names], weights)
    found = outputs(running, batch, training)["tested"]
    assert found.dtype == dtype
    assert_near(found, expected, running.bound)
    if dtype == "float64" and weights:
        # TensorFlow compiles grouped convolutions anew whenever they run by themselves.
        check_gradients(running, batch, 1 if getattr(tested, "groups", 1) > 1 else 4)
    return running


def why_not(tested: Program) -> str:
    """The one reason for which a program is refused."""
    (obstacle,) = BACKEND.plan(tested).obstacles
    return f"{obstacle.owner}: {obstacle.why}"
