"""Small programs for the tests of the Keras backend, and ways to run them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from types import ModuleType
from typing import Any

import numpy as np
from small_programs import (
    BOUNDS,
    Arrays,
    batch_of,
    program,
    randomize,
)

from specc.backend import Emission
from specc.catalog.layers import Layer
from specc.ir import Program
from specc.live import load
from specc_keras import BACKEND

_NUMBERS = count()


def named(value: object) -> str | None:
    """The name of a parameter of a test: the same in every process."""
    return None if callable(value) else str(value)


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
