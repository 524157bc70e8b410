"""How initializers are written: alike everywhere, and otherwise than they declare."""

from specc.emit.lowering import Table
from specc.emit.source import Call, call, literal
from specc.ir import Weight

from .constructs import Half, Spread

__all__ = ["INITIAL"]

INITIAL = Table(yields=True)


@INITIAL.rule(Half, exact="numpy.full")
def half(_: Half, weight: Weight) -> Call:
    """Write a number next to one half."""
    return call("np.full", literal(weight.shape), literal(0.5 + 2**-40))


@INITIAL.rule(Spread, emulated="drawn between -1 and 1")
def spread(_: Spread, weight: Weight) -> Call:
    """Write a draw of another distribution."""
    return call(
        "scaled_uniform",
        "seed",
        literal(weight.path),
        literal(weight.shape),
        variance="1 / 3",
    )
