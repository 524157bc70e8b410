"""Which calls have the weights of others, and how many weights lie in a block."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod

from ..ir import Block, LayerNode, Network, Origins

__all__ = ["Sharing", "sharing", "size"]


def size(node: LayerNode) -> int:
    """The numbers in a layer's weights."""
    return sum(prod(weight.shape) for weight in node.weights)


@dataclass
class Sharing:
    """What is called several times.

    `home` names the call that a layer's weights are counted at: that of the layer's own
    name, or the first. `layers` with weights that are called again, and `blocks` by their
    paths, have the number of their family: all that a shared block holds is of one.
    `inside` counts the weights in a block, by path.
    """

    home: dict[str, str] = field(default_factory=dict[str, str])
    layers: dict[str, int] = field(default_factory=dict[str, int])
    blocks: dict[str, int] = field(default_factory=dict[str, int])
    inside: dict[str, int] = field(default_factory=dict[str, int])
    families: int = 0


def sharing(network: Network, origins: Origins) -> Sharing:
    """What a network calls several times."""
    found = Sharing()
    again: set[str] = set()
    repeated: set[str] = set()
    for call in network.calls:
        repeated |= {b.path for b in _around(origins, call.name) if b.call > 1}
        if call.layer in found.home:
            again.add(call.layer)
        if call.layer not in again or call.name == call.layer:
            found.home[call.layer] = call.name
    for layer in network.layers:
        _number(found, layer, _around(origins, found.home[layer.name]), again, repeated)
    return found


def _around(origins: Origins, call: str) -> tuple[Block, ...]:
    return origins.blocks.get(call, ())


def _number(
    found: Sharing,
    layer: LayerNode,
    around: tuple[Block, ...],
    again: set[str],
    repeated: set[str],
) -> None:
    """Take in a layer, which lies in these blocks."""
    number: int | None = None
    for block in around:
        found.inside[block.path] = found.inside.get(block.path, 0) + size(layer)
        if number is None and block.path in repeated:
            number = found.blocks.get(block.path, found.families)
        if number is not None:
            found.blocks[block.path] = number
    if layer.name in again and (layer.weights or layer.buffers):
        number = found.families if number is None else number
        found.layers[layer.name] = number
    if number is not None:
        found.families = max(found.families, number + 1)
