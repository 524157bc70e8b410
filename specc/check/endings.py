"""How the edges of a network end: in which activation, by which layer."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalog.activations import Activation
from ..catalog.types import Dim
from ..ir import Call, Network

__all__ = ["Ending", "Endings"]


@dataclass(frozen=True)
class Ending:
    """The layer that produces an edge, and its activation; neither for an input.

    `last` says that the activation is what the layer does last, so that a loss can take
    what enters it.
    """

    layer: str | None
    activation: Activation | None
    last: bool = True

    @property
    def keyword(self) -> str:
        """The activation's keyword; ``linear`` where there is none."""
        return self.activation.keyword if self.activation else "linear"


@dataclass(frozen=True)
class _Values:
    """The activation that an edge's values are of, and the axis it was taken over."""

    keyword: str
    size: Dim | None


class Endings:
    """The endings of all edges of a network."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._layers = {call.name: call.layer for call in network.calls}
        self._values: dict[str, _Values | None] = {}
        for call in network.calls:
            self._values[call.name] = self._of_call(call)

    def _of_call(self, call: Call) -> _Values | None:
        layer = self._network.layer(call.layer).layer
        activation = layer.gives()
        if activation is not None and activation.keyword != "linear":
            return _Values(activation.keyword, self._last(call.name))
        if not layer.passes_values:
            return None
        inputs = {self._values.get(name) for name in call.inputs}
        return inputs.pop() if len(inputs) == 1 else None

    def _last(self, edge: str) -> Dim | None:
        shape = self._network.edge(edge).shape
        return shape[-1] if shape else None

    def of(self, edge: str) -> Ending:
        """How an edge ends: its own layer and that layer's activation."""
        name = self._layers.get(edge)
        if name is None:
            return Ending(None, None)
        layer = self._network.layer(name).layer
        return Ending(name, layer.gives(), last=layer.ending() is not None)

    def in_values_of(self, edge: str, keyword: str) -> bool:
        """Whether an edge holds the values of an activation, perhaps rearranged.

        Softmax has to keep its last axis, over which it adds up to 1.
        """
        values = self._values.get(edge)
        if values is None or values.keyword != keyword:
            return False
        return keyword != "softmax" or values.size == self._last(edge)
