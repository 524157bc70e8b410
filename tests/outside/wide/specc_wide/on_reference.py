"""How the reference backend writes them."""

from specc.emit.lowering import Table
from specc.emit.source import Call, call, literal
from specc.ir import Objective

from .constructs import Focal

TABLE = Table("specc_wide.reference_pieces")


@TABLE.rule(Focal, emulated=Focal.formula)
def focal(loss: Focal, objective: Objective) -> Call:
    """Write the loss."""
    logits = literal(objective.logits or loss.from_logits)
    return call("Focal", logits=logits, gamma=literal(loss.gamma))
