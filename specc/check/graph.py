"""From layers and their calls to a network: shapes on every edge, weights on every layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..catalog.layers import Layer, ShapeError
from ..catalog.types import DType, Shape
from ..ir import (
    Buffer,
    Call,
    Edge,
    LayerNode,
    ModelInput,
    ModelOutput,
    Network,
    Stream,
    Weight,
)

__all__ = ["Misfit", "NetworkBuilder", "Step", "build_network", "is_whole", "own"]


@dataclass(frozen=True)
class Step:
    """One call to place in a network: its name, its layer, and the edges it takes.

    `owner` is the layer's name, where it is another than that of the call; `over_time`
    counts the axes along which it has steps.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    owner: str = ""
    over_time: int = 0


class Misfit(ValueError):
    """The shapes that reach a step do not fit its layer."""

    def __init__(self, step: Step, shapes: tuple[Shape, ...], why: str) -> None:
        super().__init__(why)
        self.step = step
        self.shapes = shapes


def own(name: str, layer: Layer, shapes: tuple[Shape, ...]) -> LayerNode:
    """The layer with the weights, buffers and streams it owns for those inputs."""
    return LayerNode(
        name=name,
        layer=layer,
        weights=tuple(
            Weight(
                path=f"{name}/{slot.name}",
                shape=slot.shape,
                fan_in=slot.fan_in,
                fan_out=slot.fan_out,
                initializer=slot.initializer,
                regularizer=slot.regularizer,
                constraint=slot.constraint,
            )
            for slot in layer.weights(shapes)
        ),
        buffers=tuple(
            Buffer(path=f"{name}/{slot.name}", shape=slot.shape, initial=slot.initial)
            for slot in layer.buffers(shapes)
        ),
        streams=tuple(Stream(path=f"{name}/{slot.name}") for slot in layer.streams()),
    )


def _unlike(first: LayerNode, again: LayerNode) -> str:
    """Why a layer cannot be called again on what reaches it."""
    for one, other in zip(first.weights, again.weights, strict=False):
        if one.shape != other.shape:
            had, wants = list(one.shape), list(other.shape)
            return f"{first.name} is shared: {one.path} is {had}, and {wants} is needed here"
    return f"{first.name} is shared, and would have other weights here"


def _steps(step: Step, shapes: tuple[Shape, ...]) -> tuple[Shape, tuple[Shape, ...]]:
    """The sizes along which a call has steps, and the shapes of its inputs at one.

    Raises:
        Misfit: an input has no such axes, or others than the first.
    """
    keyword, axes = step.layer.keyword, step.over_time
    if any(len(shape) < axes for shape in shapes):
        many = "an axis" if axes == 1 else f"{axes} axes"
        why = f"TimeDistributed needs {many} of time before what {keyword} takes"
        raise Misfit(step, shapes, why)
    leads = [shape[:axes] for shape in shapes]
    if any(lead != leads[0] for lead in leads):
        why = (
            f"{keyword} at every step takes inputs with the same steps; these have"
            f" {_listed(leads)}"
        )
        raise Misfit(step, shapes, why)
    return leads[0] if leads else (), tuple(shape[axes:] for shape in shapes)


def _listed(shapes: Iterable[Shape]) -> str:
    return ", ".join(f"[{', '.join(map(str, shape))}]" for shape in shapes)


@dataclass
class NetworkBuilder:
    """A network in the making: inputs first, then steps in an order that can be executed."""

    edges: dict[str, Edge] = field(default_factory=dict[str, Edge])
    inputs: list[str] = field(default_factory=list[str])
    layers: list[LayerNode] = field(default_factory=list[LayerNode])
    calls: list[Call] = field(default_factory=list[Call])
    _owners: dict[str, LayerNode] = field(default_factory=dict[str, LayerNode])

    def take(self, name: str, shape: Shape, dtype: DType) -> None:
        """Add an input."""
        self.inputs.append(name)
        self.edges[name] = Edge(name=name, shape=shape, dtype=dtype)

    def place(self, step: Step) -> None:
        """Add a call whose inputs are there already.

        Raises:
            Misfit: the layer does not fit the shapes that reach it.
        """
        whole = tuple(self.edges[edge].shape for edge in step.inputs)
        lead, shapes = _steps(step, whole)
        try:
            shape = lead + step.layer.output_shape(shapes)
            dtype = step.layer.output_type(
                tuple(self.edges[edge].dtype for edge in step.inputs)
            )
            node = own(step.owner or step.name, step.layer, shapes)
        except ShapeError as error:
            why = f"{error}; at each step there is {_listed(shapes)}" if lead else error
            raise Misfit(step, whole, str(why)) from None
        first = self._owners.setdefault(node.name, node)
        if first is node:
            self.layers.append(node)
        elif first != node:
            raise Misfit(step, whole, _unlike(first, node))
        self.calls.append(
            Call(
                name=step.name,
                layer=node.name,
                inputs=step.inputs,
                over_time=step.over_time,
            )
        )
        self.edges[step.name] = Edge(name=step.name, shape=shape, dtype=dtype)

    def network(self, name: str, outputs: Mapping[str, str]) -> Network:
        """The network; `outputs` gives the edge of each output by its name."""
        return Network(
            name=name,
            inputs=tuple(ModelInput(name=key) for key in self.inputs),
            outputs=tuple(
                ModelOutput(name=key, edge=edge) for key, edge in outputs.items()
            ),
            layers=tuple(self.layers),
            calls=tuple(self.calls),
            edges=tuple(self.edges.values()),
        )


def is_whole(network: Network) -> bool:
    """Whether a network that was read hangs together: edges, shapes, what layers own."""
    builder, outputs = NetworkBuilder(), network.ends
    try:
        for item in network.inputs:
            edge = network.edge(item.name)
            builder.take(item.name, edge.shape, edge.dtype)
        for call in network.calls:
            layer = network.layer(call.layer).layer
            builder.place(Step(call.name, layer, call.inputs, call.layer))
    except (KeyError, ValueError):
        return False
    made = builder.network(network.name, outputs)
    edges = {edge.name: edge.shape for edge in made.edges}
    return (
        edges == {edge.name: edge.shape for edge in network.edges}
        and set(outputs.values()) <= edges.keys()
        and _owned(made) == _owned(network)
    )


def _owned(network: Network) -> list[tuple[str, Shape]]:
    owned = (*network.weights(), *network.buffers())
    return sorted((item.path, item.shape) for item in owned)


def build_network(
    name: str,
    inputs: Mapping[str, tuple[Shape, DType]],
    steps: Iterable[Step],
    outputs: Mapping[str, str],
) -> Network:
    """Infer shapes along the steps and make the network.

    Args:
        name: of the model.
        inputs: shape and type of each input, by name.
        steps: calls in an order that can be executed.
        outputs: the edge of each output, by name.

    Raises:
        Misfit: a layer does not fit the shapes that reach it.
    """
    builder = NetworkBuilder()
    for key, (shape, dtype) in inputs.items():
        builder.take(key, shape, dtype)
    for step in steps:
        builder.place(step)
    return builder.network(name, outputs)
