"""How the Keras backend writes them."""

from specc.emit.lowering import Table
from specc.emit.source import Call, call, literal

from .constructs import Bounded, Snake

TABLE = Table("specc_wave.keras_pieces")


@TABLE.rule(Snake, emulated="Keras lacks it")
def snake(activation: Snake) -> Call:
    """Write the layer."""
    return call("Snake", literal(activation.frequency))


@TABLE.rule(Bounded, emulated="Keras lacks it")
def bounded(constraint: Bounded) -> Call:
    """Write the constraint."""
    return call("Bounded", literal(constraint.limit))
