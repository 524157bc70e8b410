"""Looking into running programs of this backend; the verifier calls it in a worker process.

TensorFlow reads its environment when it is imported, so it is imported within functions.
"""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any, cast

import numpy as np

from specc.backend import Emission
from specc.live import phase_of
from specc.verify.protocol import Alone

__all__ = [
    "configure",
    "devices",
    "forced_step",
    "node_outputs",
    "nodes_alone",
    "penalty",
    "raw_gradients",
]

Arrays = dict[str, np.ndarray]


def configure(threads: int = 1) -> None:
    """Make TensorFlow deterministic and quiet, and give it so many threads.

    Call it before Keras is imported by others, so that a user's keras.json, which changes
    types silently, is not read.

    Raises:
        RuntimeError: TensorFlow is running with another number of threads.
    """
    if "keras" not in sys.modules:
        home = tempfile.mkdtemp(prefix="keras-")
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        os.environ["KERAS_HOME"] = home
        os.environ["KERAS_BACKEND"] = "tensorflow"
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")

    import tensorflow as tf

    threading = tf.config.threading
    if threading.get_intra_op_parallelism_threads() != threads:
        threading.set_intra_op_parallelism_threads(threads)
        threading.set_inter_op_parallelism_threads(threads)
    tf.config.experimental.enable_op_determinism()
    tf.random.set_seed(0)  # without one, operations that draw would be refused


def devices() -> tuple[str, ...]:
    """What models can run on, best first."""
    import tensorflow as tf

    return ("cuda", "cpu") if tf.config.list_physical_devices("GPU") else ("cpu",)


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
    import tensorflow as tf

    model = state.model
    watching = _watching(emission, state)
    specs = module.model_inputs(state.specs)
    inputs = {name: module.as_tensor(batch[name], specs[name]) for name in specs}
    before = _buffers(module, state)
    with ExitStack() as stack:
        stack.enter_context(tf.device(state.device))
        if not statistics:
            stack.enter_context(_resting(model))
        if training and hasattr(module, "draw_masks"):
            with module.use_masks(model, module.draw_masks(state.seed, batch, step)):
                found = watching(inputs, training=True)
        else:
            found = watching(inputs, training=training)
    _restore(module, state, before)
    return {node: np.array(found[node].numpy(), order="C") for node in emission.nodes}


@contextmanager
def _resting(model: Any) -> Generator[None]:
    """While it lasts, layers that keep running statistics use them in training too."""
    layers = [
        one for one in model.layers if one.trainable and one._non_trainable_variables
    ]
    for layer in layers:
        layer.trainable = False
    try:
        yield
    finally:
        for layer in layers:
            layer.trainable = True


def _watching(emission: Emission, state: Any) -> Any:
    """A model over the same layers whose outputs are those of all nodes."""
    import keras

    if "nodes" not in state.compiled:
        model = state.model
        state.compiled["nodes"] = keras.Model(
            inputs={tensor.name: tensor for tensor in model.inputs},
            outputs={name: _tensor(model, at) for name, at in emission.nodes.items()},
            name="nodes",
        )
    return state.compiled["nodes"]


def _tensor(model: Any, place: str) -> Any:
    """The symbolic output at a place: ``keras layer#call``."""
    layer, _, call = place.partition("#")
    return model.get_layer(layer)._inbound_nodes[int(call)].output_tensors[0]


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

    Each node is a model of its own over the same layers. Masks are those of the first
    update; buffers stay as they were.

    Returns:
        outputs by node, and gradients as ``edge@node`` and ``layer/slot@node``.
    """
    import tensorflow as tf

    outputs: Arrays = {}
    pulled: Arrays = {}
    before = _buffers(module, state)
    with ExitStack() as stack:
        stack.enter_context(tf.device(state.device))
        if training and hasattr(module, "draw_masks"):
            masks = module.draw_masks(state.seed, edges, 0)
            stack.enter_context(module.use_masks(state.model, masks))
        for node, call in calls.items():
            alone = _alone(emission, state, node, call)
            given = {
                name: tf.constant(edges[name], tensor.dtype)
                for name, tensor in zip(call.inputs, alone.inputs, strict=True)
            }
            sources = {
                n: value for n, value in given.items() if edges[n].dtype.kind == "f"
            }
            with tf.GradientTape() as tape:
                tape.watch(list(sources.values()))
                output = alone(list(given.values()), training=training)
            outputs[node] = np.array(output, order="C")
            if node not in cotangents:
                continue  # no gradient reaches what is not real
            sources |= _trained(module, state, call.layer)
            vector: Any = tf.constant(cotangents[node], output.dtype)
            zeros = tf.UnconnectedGradients.ZERO
            products: Any = tape.gradient(
                output, cast("Any", sources), vector, unconnected_gradients=zeros
            )
            pulled |= _arrays({f"{n}@{node}": value for n, value in products.items()})
    _restore(module, state, before)
    return outputs, pulled


def _alone(emission: Emission, state: Any, node: str, call: Alone) -> Any:
    """A model of one node: from the edges that it takes to its output."""
    import keras

    known = state.compiled.setdefault("alone", {})
    if node not in known:
        model = state.model
        inputs = {tensor.name: tensor for tensor in model.inputs}
        places = emission.nodes
        taken = [
            inputs[edge] if edge in inputs else _tensor(model, places[edge])
            for edge in call.inputs
        ]
        fresh = [keras.Input(batch_shape=t.shape, dtype=t.dtype) for t in taken]
        reached = {id(old): new for old, new in zip(taken, fresh, strict=True)}
        output = _again(_tensor(model, places[node]), reached)
        known[node] = keras.Model(fresh, output, name=f"alone_{len(known)}")
    return known[node]


def _again(tensor: Any, reached: dict[int, Any]) -> Any:
    """A symbolic tensor computed once more, from those that are reached already.

    (A model that begins at tensors within another is refused where a layer takes what it
    has made itself.)
    """
    if id(tensor) not in reached:
        layer, call, _ = tensor._keras_history
        node = layer._inbound_nodes[call]
        for source in node.input_tensors:
            _again(source, reached)
        args, kwargs = node.arguments.fill_in(reached)
        reached[id(tensor)] = layer(*args, **kwargs)
    return reached[id(tensor)]


def _trained(module: ModuleType, state: Any, layer: str) -> dict[str, Any]:
    """The variables of a layer that training changes, by path."""
    return {
        path: variable.value
        for path, variable in module.all_variables(state.model).items()
        if path.rpartition("/")[0] == layer and variable.trainable
    }


def raw_gradients(
    module: ModuleType, state: Any, batch: Arrays, step: int
) -> tuple[Arrays, Arrays, dict[str, float]]:
    """Raw gradients, clipped gradients, and logs; buffers stay as they were."""
    before = _buffers(module, state)
    raw, logs = module.gradients(state, batch, step)
    _restore(module, state, before)
    clip = getattr(module, "clip_gradients", None)
    clipped = raw if clip is None else clip(raw, *phase_of(module, state))[0]
    return _arrays(raw), _arrays(clipped), logs


def forced_step(
    module: Any, state: Any, batch: Arrays, step: int, gradients: Arrays
) -> None:
    """Make an update by `train_step`, with gradients given instead of computed.

    The graph of an update is traced once for all given gradients.
    """
    import tensorflow as tf

    graphs = state.compiled
    weights = module.trained_variables(state.model)
    if "forced_step" not in graphs:
        held = {path: tf.Variable(w.value) for path, w in weights.items()}
        graphs["forced_step"] = held, {}
    held, forced = graphs["forced_step"]
    for path, variable in held.items():
        variable.assign(gradients[path].astype(variable.dtype.as_numpy_dtype))

    def given(*_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        found = {path: variable.read_value() for path, variable in held.items()}
        return found, {"loss": tf.zeros(())}

    computed = module.compute_gradients
    module.compute_gradients, state.compiled = given, forced
    try:
        module.train_step(state, batch, step)
    finally:
        module.compute_gradients, state.compiled = computed, graphs


def penalty(module: ModuleType, state: Any) -> float:
    """The sum of the penalties on weights; 0 where there are none."""
    find = getattr(module, "penalty", None)
    return 0.0 if find is None else float(find(state.model))


def _arrays(tensors: dict[str, Any]) -> Arrays:
    return {path: np.array(tensor, order="C") for path, tensor in tensors.items()}


def _buffers(module: ModuleType, state: Any) -> Arrays:
    """Copies of the buffers, by path."""
    variables = module.all_variables(state.model)
    weights = {
        id(weight)
        for layer in state.model.layers
        for part in layer._flatten_layers()  # a recurrent layer has a cell
        for weight in part._trainable_variables
    }
    return module.copy_arrays(
        {path: found for path, found in variables.items() if id(found) not in weights}
    )


def _restore(module: ModuleType, state: Any, buffers: Arrays) -> None:
    variables = module.all_variables(state.model)
    module.assign_arrays({path: variables[path] for path in buffers}, buffers)
