"""Small programs for the tests of the PyTorch backend, and ways to run them."""

from __future__ import annotations

from itertools import count
from types import ModuleType
from typing import Any

import numpy as np
from small_programs import BOUNDS, Arrays, make, program

from specc.backend import Emission
from specc.catalog.layers import Layer
from specc.ir import Program
from specc.live import load
from specc_torch import BACKEND

_NUMBERS = count()


def act(keyword: str, **arguments: Any) -> Any:
    """An activation of the catalogue."""
    return make("activation", keyword, **arguments)


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


def softmax(x: np.ndarray) -> np.ndarray:
    """The shares along the last axis."""
    shares = np.exp(x - x.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True)
