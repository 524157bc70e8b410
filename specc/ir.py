"""The intermediate form: what a checked spec means, with every default filled in.

It holds no places in source text and no word of any framework. Its JSON is versioned;
`specc schema` prints the schema. Places and origins live in `Origins`, beside it.

Names:
    A *node* is one application of a layer; its name is also the name of the edge it
    produces. An input is an edge too. A weight's path is ``layer/slot``
    (``dense_1/kernel``), and so are those of buffers and streams.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny, ValidationError

from .catalog.construct import Model
from .catalog.families import Callback, Transform
from .catalog.layers import Layer, is_real
from .catalog.types import (
    ConstraintArg,
    Count,
    Dim,
    DType,
    InitializerArg,
    LossArg,
    Member,
    MetricArg,
    OptimizerArg,
    Portion,
    RegularizerArg,
    Shape,
    SourceArg,
)
from .diagnostics.json_object import read_object, unreadable
from .diagnostics.model import Source, Span

__all__ = [
    "IR_VERSION",
    "RNG_VERSION",
    "Binding",
    "Block",
    "Buffer",
    "Call",
    "Data",
    "Edge",
    "LayerNode",
    "ModelInput",
    "ModelOutput",
    "Network",
    "Objective",
    "Origin",
    "Origins",
    "Phase",
    "Program",
    "Reused",
    "ReusedArray",
    "Stream",
    "Training",
    "Weight",
    "load",
]

#: Raised when the meaning of the JSON changes; `MIGRATIONS` then reads older ones.
IR_VERSION = 1
#: What makes the JSON of a version that of the next one, by the version it starts from.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
#: Raised when a seed would give other random numbers; a run goes on only with its own.
RNG_VERSION = 1

Layers = Annotated[SerializeAsAny[Layer], Member("layer")]
Transforms = Annotated[SerializeAsAny[Transform], Member("transform")]
Callbacks = Annotated[SerializeAsAny[Callback], Member("callback")]


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


class Binding(Model):
    """What a field of the batches is made of: columns or arrays of the source.

    `columns` are names in the source; several are put side by side on the last axis,
    `through` says that the two names are the ends of a run of columns.
    """

    name: str
    role: Literal["input", "target", "sample_weight"]
    columns: tuple[str, ...]
    through: bool = False
    #: What the model expects of it.
    dtype: DType
    shape: tuple[Dim, ...]
    #: Class numbers must lie in 0 … classes − 1.
    classes: int | None = None


class Data(Model):
    """Where batches come from. `transforms` are in the order they apply.

    `shards` is the number of processes that each batch is dealt out to, by its positions.
    """

    name: str
    source: SourceArg
    test: Portion | None = None
    validation: Portion | None = None
    split_seed: int = 0
    bindings: tuple[Binding, ...]
    transforms: tuple[Transforms, ...] = ()
    shards: Count = 1


class Objective(Model):
    """What is asked of one output.

    `logits` says that the loss is computed from the input of the activation that ends
    the output (softmax or sigmoid), not from its result.
    """

    output: str
    target: str
    loss: LossArg
    logits: bool = False
    metrics: tuple[MetricArg, ...] = ()


#: What the only phase of a training is called, where the spec has none.
MAIN = "main"


class Phase(Model):
    """A stretch of training with its own optimizer.

    `frozen` lists the paths of weights that it leaves as they are; of layers without
    weights, those of buffers.
    """

    name: str
    epochs: Count
    optimizer: OptimizerArg
    callbacks: tuple[Callbacks, ...] = ()
    frozen: tuple[str, ...] = ()

    def owner(self, part: str = "") -> str:
        """What `Origins` call the phase, or its ``optimizer``, ``schedule``, callback."""
        return f"phase:{self.name}/{part}" if part else f"phase:{self.name}"


class Training(Model):
    """How a model is trained on data.

    `precision` is the type of weights, slots and losses; `compute` is that of what layers
    compute, where it is another one.
    """

    name: str
    objectives: tuple[Objective, ...]
    sample_weight: str | None = None
    phases: tuple[Phase, ...]
    batch_size: Count = 32
    shuffle: bool = True
    seed: int = 0
    precision: Literal["float32", "float64"] = "float32"
    compute: Literal["float16", "bfloat16", "float32"] | None = None
    on_nan: Literal["stop", "continue"] = "stop"


class Program(Model):
    """One training of one model on one data set, or a model alone."""

    ir_version: int = IR_VERSION
    rng_version: int = RNG_VERSION
    network: Network
    data: Data | None = None
    training: Training | None = None

    def fields(self) -> dict[str, Shape]:
        """The shape of an example of each array that a batch of training holds.

        Inputs come first, then targets, then weights of examples.
        """
        network, training = self.network, self.training
        found = {item.name: network.edge(item.name).shape for item in network.inputs}
        edges = {item.name: item.edge for item in network.outputs}
        for item in training.objectives if training else ():
            shape = network.edge(edges[item.output]).shape
            if item.loss.target == "classes":
                shape = shape[:-1]
            found.setdefault(item.target, shape)
        if training is not None and training.sample_weight is not None:
            found[training.sample_weight] = ()
        return found

    def frozen(self, phase: Phase | None = None) -> tuple[str, ...]:
        """The paths of the weights that a phase leaves as they are; None: that all do."""
        every = self.training.phases if self.training else ()
        phases = every if phase is None else (phase,)
        listed = [set(item.frozen) for item in phases]
        return tuple(
            weight.path
            for weight in self.network.weights()
            if not weight.trainable
            or (listed and all(weight.path in paths for paths in listed))
        )

    def at_rest(self, phase: Phase | None = None) -> tuple[str, ...]:
        """Those buffers that stand for layers without weights which rest in a phase."""
        return tuple(
            buffer.path
            for node in self.network.layers
            if not node.weights and self.rests(node, phase)
            for buffer in node.buffers
        )

    def rests(self, node: LayerNode, phase: Phase | None = None) -> bool:
        """Whether a phase freezes a layer as a whole; None: whether all phases do.

        Its running statistics then stay, and it computes with them.
        """
        every = self.training.phases if self.training else ()
        if not node.weights:
            paths = {buffer.path for buffer in node.buffers}
            phases = every if phase is None else (phase,)
            found = [paths <= set(item.frozen) for item in phases]
            return bool(paths) and bool(found) and all(found)
        frozen = set(self.frozen(phase))
        return all(weight.path in frozen for weight in node.weights)

    @property
    def title(self) -> str:
        """The names of its training and, where it is another, of its model."""
        model = self.network.name
        if self.training is None or self.training.name == model:
            return model
        return f"{self.training.name} ({model})"


def load(text: str, name: str = "ir.json") -> Program:
    """The program of a JSON text, of this version or an older one.

    Args:
        text: what `Program.model_dump_json` wrote.
        name: what problems call the text.

    Raises:
        Fault: it is no such text, or of a version that is not known here.
    """
    source = Source(name, text)
    found = read_object(source)
    while (version := _version(found)) in MIGRATIONS:
        found = MIGRATIONS[version](found)
    if version != IR_VERSION:
        place = re.search(r'"ir_version"\s*:\s*[^,\s}]*', text)
        written = json.dumps(found.get("ir_version"))
        raise unreadable(
            source,
            f"{name} is a program of version {written}",
            *(place.span() if place else ()),
            expected=f'"ir_version": {IR_VERSION}',
        )
    try:
        return Program.model_validate_json(json.dumps(found))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise unreadable(
            source, f"{name} is no program: {where}: {first['msg']}"
        ) from None


def _version(found: dict[str, Any]) -> int:
    """The version that a text gives itself; 0 for none."""
    version = found.get("ir_version")
    return version if type(version) is int else 0


@dataclass(frozen=True)
class Origin:
    """Where a value came from: its place, and how it got there."""

    span: Span | None
    #: given, default, or the heading it was inherited from (``defaults Dense``)
    how: str = "given"


@dataclass(frozen=True)
class Block:
    """A block, or a model in the place of one, where a model uses it.

    `path` stands before the names of its layers (``stage_1``), `unit` is what is used and
    `arguments` what it is given. `call` counts the uses of one path: those after the first
    have its weights.
    """

    path: str
    unit: str
    arguments: tuple[tuple[str, Any], ...] = ()
    call: int = 1

    def __str__(self) -> str:
        """``encoder``, or ``encoder, call 2``."""
        return self.path if self.call == 1 else f"{self.path}, call {self.call}"


@dataclass
class Origins:
    """Places by (owner, field); and the blocks that each call lies in, outermost first.

    Owners are names in the intermediate form: a layer's or node's name, ``data``,
    ``binding:price``, ``transform:0`` (by position), ``training``, ``output:price``,
    ``phase:main`` and its parts ``phase:main/optimizer``, ``phase:main/schedule``,
    ``phase:main/early_stopping`` (see `Phase.owner`); the field is the argument's, or
    ``""`` for the owner as a whole.
    """

    table: dict[tuple[str, str], Origin] = field(
        default_factory=dict[tuple[str, str], Origin]
    )
    blocks: dict[str, tuple[Block, ...]] = field(
        default_factory=dict[str, tuple[Block, ...]]
    )

    def put(self, owner: str, name: str, span: Span | None, how: str = "given") -> None:
        """Record where a value came from."""
        self.table[owner, name] = Origin(span, how)

    def find(self, owner: str, name: str = "") -> Origin | None:
        """The origin of a value, or of its owner where the value has none."""
        return self.table.get((owner, name)) or self.table.get((owner, ""))
