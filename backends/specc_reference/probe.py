"""Looking into running programs of this backend; the verifier calls it in a worker process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np

from specc.backend import Emission
from specc.live import phase_of
from specc.verify.protocol import Alone

__all__ = [
    "configure",
    "forced_step",
    "node_outputs",
    "nodes_alone",
    "penalty",
    "raw_gradients",
]

Arrays = dict[str, np.ndarray]


def configure(threads: int = 1) -> None:
    """Ask NumPy's linear algebra for so many threads.

    The libraries read the variables when they are loaded; `threadpoolctl`, where it is
    installed, also sets those that are loaded already. NumPy needs nothing else to give
    the same bits again.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
    if find_spec("threadpoolctl") is not None:
        import_module("threadpoolctl").threadpool_limits(threads)


def node_outputs(
    module: ModuleType,
    emission: Emission,
    state: Any,
    batch: Arrays,
    training: bool,
    step: int,
    *,
    statistics: bool = True,
) -> Arrays:
    """The output of every node, by its name; buffers stay as they were.

    In training mode the masks are those of the update that `step` others came before, and
    the statistics those of the batch unless `statistics` is false.
    """
    before = _buffers(state)
    tape = state.model.forward(batch, training, state.seed, step, statistics)
    _restore(state, before)
    return {node: tape.edges[edge] for node, edge in emission.nodes.items()}


def nodes_alone(
    module: ModuleType,
    emission: Emission,
    state: Any,
    calls: Mapping[str, Alone],
    edges: Arrays,
    cotangents: Arrays,
    training: bool,
) -> tuple[Arrays, Arrays]:
    """Every node computed from given inputs, and the vector–Jacobian product of each.

    Masks are those of the first update; buffers stay as they were.

    Returns:
        outputs by node, and gradients as ``edge@node`` and ``layer/slot@node``.
    """
    outputs: Arrays = {}
    pulled: Arrays = {}
    before = _buffers(state)
    for node, call in calls.items():
        edge = emission.nodes[node]
        types = {n: str(edges[n].dtype) for n in call.inputs}
        whole = {n: t for n, t in types.items() if not t.startswith("float")}
        part = module.Network(call.inputs, {}, state.model.frozen, whole)
        part.layers = state.model.layers
        names = (edge, f"{edge}.preactivation")
        part.steps = [step for step in state.model.steps if step.name in names]
        tape = part.forward(edges, training, state.seed)
        outputs[node] = tape.edges[edge]
        if node not in cotangents:
            continue  # no gradient reaches what is not real
        cotangent = cotangents[node].astype(np.float64)
        at, weights = part.pull(tape, {edge: cotangent})
        for name in (n for n in call.inputs if n not in whole):
            pulled[f"{name}@{node}"] = at[name]
        for path, gradient in weights.items():
            if path.rpartition("/")[0] == call.layer:
                pulled[f"{path}@{node}"] = gradient
    _restore(state, before)
    return outputs, pulled


def raw_gradients(
    module: ModuleType, state: Any, batch: Arrays, step: int
) -> tuple[Arrays, Arrays, dict[str, float]]:
    """Raw gradients, clipped gradients, and logs; buffers stay as they were."""
    before = _buffers(state)
    raw, logs = module.gradients(state, batch, step)
    _restore(state, before)
    clip = getattr(module, "clip_gradients", None)
    if clip is None:
        return raw, raw, logs
    return raw, clip(raw, *phase_of(module, state))[0], logs


def forced_step(
    module: Any, state: Any, batch: Arrays, step: int, gradients: Arrays
) -> None:
    """Make an update by `train_step`, with gradients given instead of computed."""
    found = {path: array.astype(np.float64) for path, array in gradients.items()}

    def given(*_: Any) -> tuple[Arrays, dict[str, float]]:
        return found, {"loss": 0.0}

    computed, module.gradients = module.gradients, given
    try:
        module.train_step(state, batch, step)
    finally:
        module.gradients = computed


def penalty(module: ModuleType, state: Any) -> float:
    """The sum of the penalties on weights; 0 where there are none."""
    find = getattr(module, "penalty", None)
    return 0.0 if find is None else float(find(state.model))


def _buffers(state: Any) -> Arrays:
    """Copies of the buffers, by path."""
    weights = state.model.weights()
    arrays = state.model.arrays()
    return {path: arrays[path].copy() for path in arrays if path not in weights}


def _restore(state: Any, buffers: Arrays) -> None:
    for path, array in buffers.items():
        state.model.put(path, array)
