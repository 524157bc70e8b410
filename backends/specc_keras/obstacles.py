"""What of a program this backend refuses, besides constructs that its table refuses."""

from __future__ import annotations

from collections.abc import Iterator

from specc.backend import Obstacle
from specc.ir import Network, Program

__all__ = ["unsupported"]


def unsupported(program: Program) -> Iterator[Obstacle]:
    """What no lowering of a construct can tell."""
    yield from _idle(program.network)
    for node in program.network.layers:
        keyword = node.layer.keyword
        if any(weight.rate != 1.0 for weight in node.weights):
            why = "Keras's optimizers have one learning rate for all weights"
            yield Obstacle(node.name, "", keyword, why)
        if node.buffers and not _in_one_line(program.network, node.name):
            why = (
                "its calls do not follow from one another, and Keras may run them in"
                " another order than the spec's"
            )
            yield Obstacle(node.name, "", keyword, why)


def _idle(network: Network) -> Iterator[Obstacle]:
    """Calls that no output depends on."""
    wanted = {output.edge for output in network.outputs}
    for call in reversed(network.calls):
        if call.name in wanted:
            wanted.update(call.inputs)
            continue
        why = "no output depends on it, and a Keras model holds only what one does"
        keyword = network.layer(call.layer).layer.keyword
        yield Obstacle(call.name, "", keyword, why)


def _in_one_line(network: Network, layer: str) -> bool:
    """Whether each call of the layer depends on the one before."""
    after: set[str] | None = None
    for call in network.calls:
        depends = after is not None and not after.isdisjoint(call.inputs)
        if call.layer == layer:
            if after is not None and not depends:
                return False
            after = {call.name}
        elif depends and after is not None:
            after.add(call.name)
    return True
