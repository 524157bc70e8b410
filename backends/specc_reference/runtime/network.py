"""The network: layers, their calls in order, and the two passes over them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from specc.runtime.arrays import check_arrays, in_type
from specc.runtime.random import keep_mask

from .activations import Activation
from .dense import Activate
from .layer import Layer


@dataclass(frozen=True)
class Step:
    """One call of a layer: it takes the edges `inputs` and makes the edge `name`.

    `owner` names the layer, `call` counts the calls of it from 0. `over_time` counts the
    axes after the batch along which the layer is applied at every step.
    """

    name: str
    owner: str
    inputs: tuple[str, ...]
    call: int
    over_time: int = 0


def fold(array: np.ndarray, axes: int) -> np.ndarray:
    """Return the array with so many axes after the first one folded into it."""
    return array.reshape(-1, *array.shape[1 + axes :]) if axes else array


@dataclass(frozen=True)
class Tape:
    """What a forward pass leaves: every edge, and what each step remembers."""

    edges: dict[str, np.ndarray]
    memories: list[Any]


class Network:
    """Layers and their calls, in an order that can be executed.

    `outputs` names the edge of each output. Weights listed in `frozen` get no gradient; a
    layer whose weights (or, if it has none, whose buffers) are all frozen computes as in
    inference. `types` are those of inputs that are not real numbers.
    """

    def __init__(
        self,
        inputs: tuple[str, ...],
        outputs: dict[str, str],
        frozen: tuple[str, ...] = (),
        types: dict[str, str] | None = None,
    ) -> None:
        self.inputs = inputs
        self.types = types or {}
        self.outputs = outputs
        self.frozen = frozen
        self.layers: dict[str, Layer] = {}
        self.steps: list[Step] = []

    def add(
        self,
        name: str,
        layer: Layer,
        inputs: list[str],
        activation: Activation | None = None,
        owner: str | None = None,
        over_time: int = 0,
    ) -> None:
        """Call a layer on edges; the result is the edge `name`.

        An activation is a step of its own, so that a loss can take its input: the edge
        ``name.preactivation``. `owner` is the layer's name where it is not the call's;
        `over_time` counts the axes along which it is applied at every step.
        """
        owner = owner or name
        if activation is not None:
            before = f"{name}.preactivation"
            self.add(before, layer, inputs, owner=owner, over_time=over_time)
            self.add(name, Activate(activation), [before], owner=f"{name}.activation")
            return
        self.layers[owner] = layer
        earlier = sum(step.owner == owner for step in self.steps)
        self.steps.append(Step(name, owner, tuple(inputs), earlier, over_time))

    def forward(
        self,
        batch: dict[str, np.ndarray],
        training: bool = False,
        seed: int = 0,
        update: int = 0,
        statistics: bool = True,
    ) -> Tape:
        """Compute every edge, in training mode with the masks of that seed and update.

        Layers that keep running statistics use these, not the batch's, if `statistics`
        is false.
        """
        edges = {
            name: in_type(batch[name], self.types[name])
            if name in self.types
            else np.asarray(batch[name], dtype=np.float64)
            for name in self.inputs
        }
        memories: list[Any] = []
        for step in self.steps:
            layer = self.layers[step.owner]
            inputs = [edges[edge] for edge in step.inputs]
            keep = None
            if training and layer.rate:
                path, shape = f"{step.owner}/keep", inputs[0].shape
                keep = keep_mask(seed, path, shape, layer.rate, update, step.call)
            trains = training and not self.rests(step.owner, layer)
            trains &= statistics or not layer.buffers
            # Steps are examples to the layer, in row-major order.
            folded = [fold(array, step.over_time) for array in inputs]
            keep = None if keep is None else fold(keep, step.over_time)
            output, memory = layer.forward(folded, trains, keep)
            lead = inputs[0].shape[: 1 + step.over_time]
            edges[step.name] = output.reshape(*lead, *output.shape[1:])
            memories.append(memory)
        return Tape(edges, memories)

    def rests(self, owner: str, layer: Layer) -> bool:
        """Whether a layer is frozen: all its weights, or, if it has none, its buffers."""
        paths = {f"{owner}/{slot}" for slot in layer.weights or layer.buffers}
        return bool(paths) and paths <= set(self.frozen)

    def backward(
        self, tape: Tape, gradients: dict[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Return the gradients of all weights that are not frozen, by path.

        `gradients` are those of the edges that the loss was computed from.
        """
        return self.pull(tape, gradients)[1]

    def pull(
        self, tape: Tape, gradients: dict[str, np.ndarray]
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return the gradients of all edges that were reached, and those of the weights."""
        at = dict(gradients)
        found = {path: np.zeros_like(weight) for path, weight in self.weights().items()}
        for step, memory in zip(
            reversed(self.steps), reversed(tape.memories), strict=True
        ):
            if step.name not in at:
                continue  # no loss depends on it
            layer = self.layers[step.owner]
            folded = fold(at[step.name], step.over_time)
            at_inputs, at_weights = layer.backward(folded, memory)
            for edge, found_at in zip(step.inputs, at_inputs, strict=True):
                gradient = found_at.reshape(tape.edges[edge].shape)
                at[edge] = at[edge] + gradient if edge in at else gradient
            for slot, gradient in at_weights.items():
                found[f"{step.owner}/{slot}"] += gradient
        return at, {path: found[path] for path in found if path not in self.frozen}

    def weights(self) -> dict[str, np.ndarray]:
        """Return the weights by path, such as ``dense_1/kernel``."""
        return {
            f"{owner}/{slot}": array
            for owner, layer in self.layers.items()
            for slot, array in layer.weights.items()
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Return weights and buffers by path."""
        buffers = {
            f"{owner}/{slot}": array
            for owner, layer in self.layers.items()
            for slot, array in layer.buffers.items()
        }
        return {**self.weights(), **buffers}

    def put(self, path: str, array: np.ndarray) -> None:
        """Replace a weight or a buffer."""
        owner, _, slot = path.rpartition("/")
        layer = self.layers[owner]
        arrays = layer.weights if slot in layer.weights else layer.buffers
        arrays[slot] = np.array(array, dtype=np.float64, order="C")

    def load(self, arrays: dict[str, np.ndarray]) -> None:
        """Replace all weights and buffers.

        Raises:
            KeyError: an array is missing, or is none of this network's.
            ValueError: an array has the wrong shape.
        """
        check_arrays(self.arrays(), arrays)
        for path, array in arrays.items():
            self.put(path, array)
