"""What is decided before writing: how each node is computed, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from specc.backend import Obstacle
from specc.catalog.activations.linear import Linear
from specc.catalog.families import Activation
from specc.catalog.layers import Activation as ActivationLayer
from specc.catalog.types import Shape
from specc.emit.lowering import Table
from specc.emit.names import Names
from specc.emit.shared import SHARED, enter_plateau
from specc.emit.uses import obstacles
from specc.ir import LayerNode, Network, Objective, Program, Weight

from .obstacles import unsupported

__all__ = ["TABLE", "Node", "Plan", "keras_name", "own_activation", "plan"]

#: All lowerings of this backend; the modules named after the families fill it.
TABLE = Table("specc_keras.runtime")
TABLE.include(SHARED)
enter_plateau(TABLE)


@dataclass(frozen=True)
class Node:
    """How a call of a layer is written.

    `layer` is the name of the Keras layer; `activation` names a second one where the
    activation stands apart. `index` counts the calls of a shared layer; `draws` is the
    number that this call has in the streams of its layer. With `over_time`, so many axes
    are folded into the batch by layers before it, and unfolded by one after it.
    """

    name: str
    inputs: tuple[str, ...]
    owner: LayerNode
    layer: str
    index: int
    draws: int
    activation: str | None
    over_time: int = 0

    @property
    def unfolding(self) -> str:
        """The name of the layer that unfolds the steps."""
        return f"{keras_name(self.name)}-unfolded"

    @property
    def place(self) -> str:
        """Where the probe finds the output: ``keras layer#call``."""
        if self.activation:
            return f"{self.activation}#0"
        return f"{self.unfolding}#0" if self.over_time else f"{self.layer}#{self.index}"

    def shapes(self, network: Network) -> tuple[Shape, ...]:
        """The shapes that reach the layer, without the axes that are folded."""
        return tuple(network.edge(edge).shape[self.over_time :] for edge in self.inputs)


@dataclass(frozen=True)
class Plan:
    """How a program will be written.

    `frozen` lists the weights that no phase trains; `logits` says, for each output whose
    loss takes logits, which Keras layer turns them into the output.
    """

    program: Program
    obstacles: tuple[Obstacle, ...]
    nodes: tuple[Node, ...]
    frozen: tuple[str, ...]
    logits: dict[str, str]

    @cached_property
    def trained(self) -> tuple[Weight, ...]:
        """The weights that training changes."""
        weights = self.program.network.weights()
        return tuple(weight for weight in weights if weight.path not in self.frozen)

    def describe(self) -> dict[str, Any]:
        """The plan as plain data, for `specc dump --stage plan`."""
        return {
            "backend": "keras",
            "nodes": {
                node.name: {
                    "layer": node.layer,
                    "activation": node.activation,
                    "inputs": list(node.inputs),
                }
                for node in self.nodes
            },
            "frozen": list(self.frozen),
            "logits": self.logits,
            "obstacles": [vars(obstacle) for obstacle in self.obstacles],
        }


def plan(program: Program) -> Plan:
    """Plan how `program` is written, or say what of it is refused."""
    nodes = _nodes(program)
    return Plan(
        program=program,
        obstacles=(
            *obstacles(TABLE, program, phases=True),
            *unsupported(TABLE, program),
        ),
        nodes=nodes,
        frozen=program.frozen(),
        logits=_logits(program, nodes),
    )


def _objectives(program: Program) -> tuple[Objective, ...]:
    return program.training.objectives if program.training else ()


def keras_name(name: str) -> str:
    """The name of a layer in Keras, which allows no slashes: ``stem.conv2d_1``."""
    return name.replace("/", ".")


# Nodes -----------------------------------------------------------------------


def own_activation(node: LayerNode) -> Activation | None:
    """The activation within a layer, if it has one."""
    inner = None if isinstance(node.layer, ActivationLayer) else node.layer.ending()
    return None if isinstance(inner, Linear) else inner


def _apart(program: Program) -> frozenset[str]:
    """The layers whose activation must stand apart.

    It does where a loss takes its input, and where Keras has no string for it.
    """
    network = program.network
    edges = network.ends
    owners = {call.name: call.layer for call in network.calls}
    taken = {owners[edges[item.output]] for item in _objectives(program) if item.logits}
    found: set[str] = set()
    for node in network.layers:
        inner = own_activation(node)
        if inner is None or type(inner) not in TABLE:
            continue
        inline = isinstance(TABLE.lowering(inner).write(inner), str)
        if not inline or node.name in taken:
            found.add(node.name)
    return frozenset(found)


def _nodes(program: Program) -> tuple[Node, ...]:
    network = program.network
    apart = _apart(program)
    used = [*(n.name for n in network.layers), *(e.name for e in network.edges)]
    fresh = Names(used).fresh
    calls: dict[str, int] = {}
    found: list[Node] = []
    for call in network.calls:
        owner = network.layer(call.layer)
        index = calls.get(owner.name, 0)
        calls[owner.name] = index + 1
        # A shared layer without weights may as well be several, one for each call: each
        # has a mask of its own.
        single = not owner.weights and not owner.buffers
        found.append(
            Node(
                name=call.name,
                inputs=call.inputs,
                owner=owner,
                layer=keras_name(call.name if single else owner.name),
                index=0 if single else index,
                draws=index,
                activation=fresh(f"{call.name}_activation")
                if owner.name in apart
                else None,
                # An activation does not care, and a loss may want what enters it.
                over_time=0
                if isinstance(owner.layer, ActivationLayer)
                else call.over_time,
            )
        )
    return tuple(found)


def _logits(program: Program, nodes: tuple[Node, ...]) -> dict[str, str]:
    edges = program.network.ends
    by_name = {node.name: node for node in nodes}
    found: dict[str, str] = {}
    for item in _objectives(program):
        if item.logits:
            node = by_name[edges[item.output]]
            found[item.output] = node.activation or node.layer
    return found
