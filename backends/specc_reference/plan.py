"""What is decided before writing: the edges that losses take, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from specc.backend import Obstacle
from specc.catalog.activations.linear import Linear
from specc.catalog.families import Activation
from specc.catalog.layers import Activation as ActivationLayer
from specc.catalog.layers import BatchNormalization, Conv2D, Dense, Layer
from specc.emit.lowering import Table
from specc.emit.shared import SHARED
from specc.emit.uses import obstacles
from specc.ir import Network, Program

__all__ = ["TABLE", "Plan", "activation_after", "plan"]

#: All lowerings of this backend; the modules named after the families fill it.
TABLE = Table("specc_reference.runtime")
TABLE.include(SHARED)


@dataclass(frozen=True)
class Plan:
    """How a program will be written.

    `frozen` lists the weights that are not trained; `loss_edges` says for each output
    with a loss which edge the loss is computed from.
    """

    program: Program
    obstacles: tuple[Obstacle, ...]
    frozen: tuple[str, ...]
    loss_edges: dict[str, str]

    def describe(self) -> dict[str, Any]:
        """The plan as plain data, for `specc dump --stage plan`."""
        network = self.program.network
        return {
            "backend": "reference",
            "dtype": "float64",
            "edges": {edge.name: list(edge.shape) for edge in network.edges},
            "frozen": list(self.frozen),
            "loss_edges": self.loss_edges,
            "obstacles": [vars(obstacle) for obstacle in self.obstacles],
        }


def plan(program: Program) -> Plan:
    """Plan how `program` is written, or say what of it is refused."""
    frozen = _frozen(program)
    return Plan(
        program=program,
        obstacles=(*obstacles(TABLE, program), *_unsupported(program, frozen)),
        frozen=frozen,
        loss_edges=_loss_edges(program),
    )


def activation_after(layer: Layer) -> Activation | None:
    """The activation that ends a layer, written as a step of its own; None for none."""
    if isinstance(layer, Dense | Conv2D) and not isinstance(layer.activation, Linear):
        return layer.activation
    return None


def _frozen(program: Program) -> tuple[str, ...]:
    phases = program.training.phases if program.training else ()
    listed = {path for phase in phases for path in phase.frozen}
    return tuple(
        weight.path
        for weight in program.network.weights()
        if not weight.trainable or weight.path in listed
    )


def _loss_edges(program: Program) -> dict[str, str]:
    if program.training is None:
        return {}
    edges = {output.name: output.edge for output in program.network.outputs}
    return {
        item.output: _before_activation(program.network, edges[item.output])
        if item.logits
        else edges[item.output]
        for item in program.training.objectives
    }


def _before_activation(network: Network, edge: str) -> str:
    """The edge that holds the input of the activation that makes `edge`."""
    (call,) = [call for call in network.calls if call.name == edge]
    if isinstance(network.layer(call.layer).layer, ActivationLayer):
        return call.inputs[0]
    return f"{edge}.preactivation"


def _unsupported(program: Program, frozen: tuple[str, ...]) -> Iterator[Obstacle]:
    """What no lowering of a construct can tell."""
    if program.training is not None and len(program.training.phases) != 1:
        why = "this backend trains in exactly one phase"
        yield Obstacle("training", "phases", "train", why)
    for edge in program.network.edges:
        if edge.mask is not None:
            why = "this backend knows no masks of time steps"
            yield Obstacle(edge.name, "", "mask", why)
    for node in program.network.layers:
        fixed = [weight.path for weight in node.weights if weight.path in frozen]
        if fixed and isinstance(node.layer, BatchNormalization):
            why = "this backend cannot freeze the weights of batch normalization"
            yield Obstacle(node.name, "", node.layer.keyword, why)
