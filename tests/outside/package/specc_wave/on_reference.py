"""How the reference backend writes them."""

from specc.emit.lowering import Table
from specc.emit.source import Call, call, literal

from .constructs import Bounded, Snake

TABLE = Table("specc_wave.reference_pieces")


@TABLE.rule(Snake, emulated=Snake.formula)
def snake(activation: Snake) -> Call:
    """Write the activation."""
    return call("Snake", frequency=literal(activation.frequency))


@TABLE.rule(Bounded, emulated=Bounded.formula)
def bounded(constraint: Bounded) -> Call:
    """Write the constraint."""
    return call("Bounded", limit=literal(constraint.limit))
