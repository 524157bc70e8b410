"""A model: layers, their calls, and the edges between them."""

from functools import cached_property
from typing import Annotated

from pydantic import Field, SerializeAsAny

from ..catalog.construct import Model
from ..catalog.layers import Layer, is_real
from ..catalog.types import (
    ConstraintArg,
    Dim,
    DType,
    InitializerArg,
    Member,
    RegularizerArg,
    Shape,
)

__all__ = [
    "Buffer",
    "Call",
    "Edge",
    "LayerNode",
    "ModelInput",
    "ModelOutput",
    "Network",
    "Reused",
    "ReusedArray",
    "Stream",
    "Weight",
]


Layers = Annotated[SerializeAsAny[Layer], Member("layer")]


class Edge(Model):
    """A tensor: the shape of one example (the batch comes before it) and its type.

    Inputs have the type that batches hold them in. What a layer makes is ``float32`` for real
    numbers, in whatever precision the training computes them.

    `mask` names the edge that says which time steps count, if there is one.
    """

    name: str
    shape: tuple[Dim, ...]
    dtype: DType = "float32"
    mask: str | None = None


class Weight(Model):
    """A trained array of a layer, in its canonical layout.

    `decay` says whether an optimizer's weight decay applies, `rate` multiplies the
    learning rate for this weight.
    """

    path: str
    shape: tuple[int, ...]
    fan_in: int
    fan_out: int
    initializer: InitializerArg
    regularizer: RegularizerArg | None = None
    constraint: ConstraintArg | None = None
    trainable: bool = True
    decay: bool = True
    rate: float = 1.0


class Buffer(Model):
    """An array that the forward pass changes in training mode."""

    path: str
    shape: tuple[int, ...]
    initial: float


class Stream(Model):
    """A source of random words, drawn anew at every training step."""

    path: str


class LayerNode(Model):
    """A layer and what it owns. Several calls of one layer share its weights."""

    name: str
    layer: Layers
    weights: tuple[Weight, ...] = ()
    buffers: tuple[Buffer, ...] = ()
    streams: tuple[Stream, ...] = ()


class Call(Model):
    """One application of a layer to edges; it produces the edge of its own name.

    `over_time` counts the leading axes of an example along which there are steps: the
    layer is applied at each of them, as if they were so many more examples.
    """

    name: str
    layer: str
    inputs: tuple[str, ...]
    over_time: Annotated[int, Field(ge=0)] = 0


class ModelInput(Model):
    """An input of the model; `name` is its edge."""

    name: str


class ModelOutput(Model):
    """An output of the model and the edge that it is."""

    name: str
    edge: str


class ReusedArray(Model):
    """A weight or a buffer, and the path that it has in the model it is taken from."""

    path: str
    source: str


class Reused(Model):
    """A part of a trained model, whose weights and buffers a network begins with.

    `name` stands before the names of its layers (``body``). They are taken as `training`
    left them: one of the same spec, or that of the run in the folder `run`, which is
    relative to the spec's.
    """

    name: str
    training: str
    run: str | None = None
    arrays: tuple[ReusedArray, ...]

    @property
    def source(self) -> str:
        """What the trained arrays are handed to programs under: no name is a path."""
        if self.run is None:
            return self.training
        return self.run if "/" in self.run else f"./{self.run}"


class Network(Model):
    """A model: layers apart from their calls, which are in an order that can be executed."""

    name: str
    inputs: tuple[ModelInput, ...]
    outputs: tuple[ModelOutput, ...]
    layers: tuple[LayerNode, ...]
    calls: tuple[Call, ...]
    edges: tuple[Edge, ...]
    #: What is not initialized, but taken from trained models.
    reused: tuple[Reused, ...] = ()

    def edge(self, name: str) -> Edge:
        """The edge of that name."""
        return self._edges[name]

    def layer(self, name: str) -> LayerNode:
        """The layer of that name."""
        return self._layers[name]

    def argument(self, path: str, what: str) -> str:
        """The argument that says something of a weight: its ``initializer``, for example."""
        layer, slot = path.rsplit("/", 1)
        return self.layer(layer).layer.argument(slot, what)

    def weights(self) -> tuple[Weight, ...]:
        """All weights in the order of their layers."""
        return tuple(weight for node in self.layers for weight in node.weights)

    def buffers(self) -> tuple[Buffer, ...]:
        """All buffers in the order of their layers."""
        return tuple(buffer for node in self.layers for buffer in node.buffers)

    def streams(self) -> tuple[Stream, ...]:
        """All random streams in the order of their layers."""
        return tuple(stream for node in self.layers for stream in node.streams)

    def sources(self) -> tuple[str, ...]:
        """What trained arrays are taken from, each once."""
        return tuple(dict.fromkeys(part.source for part in self.reused))

    def taken(self, path: str) -> tuple[str, str] | None:
        """Where a weight or a buffer is taken from: the source, and its path there."""
        return self._taken.get(path)

    @cached_property
    def _taken(self) -> dict[str, tuple[str, str]]:
        return {
            array.path: (part.source, array.source)
            for part in self.reused
            for array in part.arrays
        }

    def shapes(self, call: Call) -> tuple[Shape, ...]:
        """The shapes that reach the layer of a call: those of one step, if it has steps."""
        return tuple(self.edge(edge).shape[call.over_time :] for edge in call.inputs)

    def kind(self, call: Call) -> str:
        """What is called: ``Conv2D``, or ``TimeDistributed(Conv2D)``."""
        keyword, around = self.layer(call.layer).layer.keyword, call.over_time
        return "TimeDistributed(" * around + keyword + ")" * around

    def steps(self, call: Call) -> Shape:
        """The sizes of the axes along which a call has steps."""
        return self.edge(call.inputs[0]).shape[: call.over_time]

    @cached_property
    def ends(self) -> dict[str, str]:
        """The edge of each output, by the output's name."""
        return {item.name: item.edge for item in self.outputs}

    @cached_property
    def input_types(self) -> dict[str, DType]:
        """The types of the inputs that are not real numbers."""
        edges = (self.edge(item.name) for item in self.inputs)
        return {edge.name: edge.dtype for edge in edges if not is_real(edge.dtype)}

    @cached_property
    def sizes(self) -> dict[str, tuple[str, int]]:
        """The sizes that are known only at run time, each with an input that has it.

        An input of the model, and the axis of an example of it, counted from 0.
        """
        found: dict[str, tuple[str, int]] = {}
        for item in self.inputs:
            for axis, size in enumerate(self.edge(item.name).shape):
                if isinstance(size, str):
                    found.setdefault(size, (item.name, axis))
        return found

    @cached_property
    def _edges(self) -> dict[str, Edge]:
        return {edge.name: edge for edge in self.edges}

    @cached_property
    def _layers(self) -> dict[str, LayerNode]:
        return {node.name: node for node in self.layers}
