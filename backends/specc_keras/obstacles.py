"""What of a program this backend refuses, besides constructs that its table refuses."""

from __future__ import annotations

from collections.abc import Iterator

from specc.backend import Obstacle
from specc.emit.lowering import Table
from specc.ir import Network, Program

from .site import Masked, Update

__all__ = ["unsupported"]


def unsupported(table: Table, program: Program) -> Iterator[Obstacle]:
    """What no lowering of a construct can tell, and what one leaves untold."""
    yield from _idle(program.network)
    yield from _maskless(table, program.network)
    yield from _slotless(table, program)
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
    wanted = set(network.ends.values())
    for call in reversed(network.calls):
        if call.name in wanted:
            wanted.update(call.inputs)
            continue
        why = "no output depends on it, and a Keras model holds only what one does"
        keyword = network.layer(call.layer).layer.keyword
        yield Obstacle(call.name, "", keyword, why)


def _maskless(table: Table, network: Network) -> Iterator[Obstacle]:
    """Layers that draw noise, and whose rule does not say how it is given to them."""
    for node in network.layers:
        layer, called = node.layer, [c for c in network.calls if c.layer == node.name]
        if not node.streams or not called or table.refusal(layer) is not None:
            continue
        shapes = network.shapes(called[0])
        if not isinstance(table.lowering(layer).write(layer, shapes), Masked):
            why = "its rule does not say that the Keras layer takes masks"
            yield Obstacle(node.name, "", layer.keyword, why)


def _slotless(table: Table, program: Program) -> Iterator[Obstacle]:
    """Optimizers whose rule does not say where Keras keeps their slots."""
    for phase in program.training.phases if program.training else ():
        optimizer = phase.optimizer
        if table.refusal(optimizer) is not None:
            continue
        written = table.lowering(optimizer).write(optimizer)
        told = tuple(written.slots) if isinstance(written, Update) else None
        if told is None or not set(optimizer.slots()) <= set(told):
            why = "its rule does not say where the Keras optimizer keeps its slots"
            yield Obstacle(phase.owner("optimizer"), "", optimizer.keyword, why)


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
