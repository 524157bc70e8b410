"""What is decided before writing: the edges that losses take, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from specc.backend import Obstacle
from specc.catalog.activations.linear import Linear
from specc.catalog.families import Activation
from specc.catalog.layers import Activation as ActivationLayer
from specc.catalog.layers import Layer
from specc.emit.lowering import Table
from specc.emit.shared import SHARED, enter_plateau
from specc.emit.uses import obstacles
from specc.ir import Network, Program

__all__ = ["TABLE", "Plan", "activation_after", "plan"]

#: All lowerings of this backend; the modules named after the families fill it.
TABLE = Table("specc_reference.runtime")
TABLE.include(SHARED)
enter_plateau(TABLE)


@dataclass(frozen=True)
class Plan:
    """How a program will be written.

    `frozen` lists the weights that no phase trains; `loss_edges` says for each output
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
    return Plan(
        program=program,
        obstacles=obstacles(TABLE, program, phases=True),
        frozen=(*program.frozen(), *program.at_rest()),
        loss_edges=_loss_edges(program),
    )


def activation_after(layer: Layer) -> Activation | None:
    """The activation that ends a layer, written as a step of its own; None for none."""
    found = None if isinstance(layer, ActivationLayer) else layer.ending()
    return None if isinstance(found, Linear) else found


def _loss_edges(program: Program) -> dict[str, str]:
    if program.training is None:
        return {}
    edges = program.network.ends
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
