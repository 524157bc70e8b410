"""Relations that must hold within one program, with no other to hold it against."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..catalog.types import Shape
from ..ir import Program
from .compare import Part
from .ledger import Ledger
from .parts import HALVED, HALVED_GRADIENTS, TURNED, TURNED_GRADIENTS
from .protocol import Reading, Relations

__all__ = ["compare_relations", "relations_of"]

#: What is compared: the part, what is held, against what, and the gate.
_TABLE = (
    (TURNED, "turned", "whole", "float64.forward"),
    (HALVED, "halves", "whole", "float64.forward"),
    (TURNED_GRADIENTS, "gradients turned", "gradients", "float64.gradient"),
    (HALVED_GRADIENTS, "gradients of halves", "gradients", "float64.gradient"),
)


def relations_of(program: Program) -> Relations:
    """Which relations hold for gradients.

    A mask belongs to a place in the batch, so that gradients under dropout depend on the
    order; layers that compute something else in training may mix the examples.
    """
    layers = [node.layer for node in program.network.layers]
    drawn = bool(program.network.streams())
    mixed = any(layer.has_training_mode for layer in layers)
    return Relations(
        batch="real", symmetric=not drawn, additive=not drawn and not mixed
    )


def compare_relations(
    relations: Relations,
    outputs: Mapping[str, Shape | None],
    gradients: Mapping[str, Shape | None],
    terms: int,
    sides: Mapping[str, Reading],
    ledger: Ledger,
    moved: Callable[[str], Mapping[str, float]],
) -> None:
    """Hold each side against itself.

    `terms` is the longest sum that goes into a gradient; `moved` says how far tensors
    under a prefix may be apart in any case.
    """
    holds = {
        TURNED_GRADIENTS: relations.symmetric,
        HALVED_GRADIENTS: relations.additive,
    }
    for name, what, against, gate in _TABLE:
        if not holds.get(name, True):
            continue
        names = gradients if against == "gradients" else outputs
        for side, reading in sides.items():
            pair = {
                "as is": reading.under(f"related/{against}"),
                side: reading.under(f"related/{what}"),
            }
            part = Part(
                name,
                names,
                gate,
                truth="as is",
                terms=terms if names is gradients else 1,
                batch=relations.batch,
                allowed=moved(f"related/{what}"),
            )
            ledger.compare(part, pair)
