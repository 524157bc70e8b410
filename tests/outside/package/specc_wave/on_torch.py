"""How the PyTorch backend writes them."""

from specc.emit.lowering import Table
from specc.emit.source import Call, call, literal

from .constructs import Bounded, Snake

TABLE = Table("specc_wave.torch_pieces")


@TABLE.rule(Snake, emulated="PyTorch lacks it")
def snake(activation: Snake, dim: int) -> Call:
    """Write the module."""
    return call("Snake", literal(activation.frequency))


@TABLE.rule(Bounded, emulated="PyTorch has no constraints")
def bounded(constraint: Bounded, weight: str, axes: tuple[int, ...]) -> Call:
    """Write the projection in place."""
    return call("bounded", weight, literal(constraint.limit))
