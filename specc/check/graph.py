"""From layers and their calls to a network: shapes on every edge, weights on every layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..catalog.layers import Layer, ShapeError
from ..catalog.types import Shape
from ..ir import (
    Buffer,
    Call,
    DType,
    Edge,
    LayerNode,
    ModelInput,
    ModelOutput,
    Network,
    Stream,
    Weight,
)

__all__ = ["Misfit", "Step", "build_network", "own"]


@dataclass(frozen=True)
class Step:
    """One call to place in a network: its name, its layer, and the edges it takes."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]


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
    edges = {
        key: Edge(name=key, shape=shape, dtype=dtype)
        for key, (shape, dtype) in inputs.items()
    }
    layers: list[LayerNode] = []
    calls: list[Call] = []
    for step in steps:
        shapes = tuple(edges[edge].shape for edge in step.inputs)
        try:
            shape = step.layer.output_shape(shapes)
            layers.append(own(step.name, step.layer, shapes))
        except ShapeError as error:
            raise Misfit(step, shapes, str(error)) from None
        calls.append(Call(name=step.name, layer=step.name, inputs=step.inputs))
        edges[step.name] = Edge(name=step.name, shape=shape)
    return Network(
        name=name,
        inputs=tuple(ModelInput(name=key) for key in inputs),
        outputs=tuple(
            ModelOutput(name=key, edge=edge) for key, edge in outputs.items()
        ),
        layers=tuple(layers),
        calls=tuple(calls),
        edges=tuple(edges.values()),
    )
