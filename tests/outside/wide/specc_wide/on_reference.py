"""How the reference backend writes them."""

from specc.catalog.types import Shape
from specc.emit.lowering import Table
from specc.emit.source import Call, call, literal
from specc.ir import LayerNode, Objective

from .constructs import Adagrad, Blackout, Focal
from .initial import INITIAL

TABLE = Table("specc_wide.reference_pieces")
TABLE.include(INITIAL)


@TABLE.rule(Focal, emulated=Focal.formula)
def focal(loss: Focal, objective: Objective) -> Call:
    """Write the loss."""
    logits = literal(objective.logits or loss.from_logits)
    return call("Focal", logits=logits, gamma=literal(loss.gamma))


@TABLE.rule(Adagrad, emulated=Adagrad.formula)
def adagrad(optimizer: Adagrad) -> Call:
    """Write the update rule."""
    return call("Adagrad", epsilon=literal(optimizer.epsilon))


@TABLE.rule(Blackout, emulated=Blackout.formula)
def blackout(layer: Blackout, node: LayerNode, inputs: tuple[Shape, ...]) -> Call:
    """Write the layer; the network makes its masks."""
    return call("Blackout", rate=literal(layer.rate))
