"""Initial weights: drawn in plain NumPy, the same for every backend."""

from __future__ import annotations

from ...catalog.initializers.constants import Constant, Ones, Zeros
from ...catalog.initializers.scaled import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    Scaled,
    VarianceScaling,
)
from ...ir import Network, Weight
from ..lowering import Table
from ..pieces import Import
from ..source import Call, call, entry, literal
from .section import Section
from .table import SHARED

__all__ = ["initial_weights_section"]

NUMPY = Import("numpy", None, "np")


@SHARED.rule(Zeros, exact="numpy.zeros")
def zeros(_: Zeros, weight: Weight) -> Call:
    """Write zeros."""
    return call("np.zeros", literal(weight.shape))


@SHARED.rule(Ones, exact="numpy.ones")
def ones(_: Ones, weight: Weight) -> Call:
    """Write ones."""
    return call("np.ones", literal(weight.shape))


@SHARED.rule(Constant, exact="numpy.full")
def constant(initializer: Constant, weight: Weight) -> Call:
    """Write one number everywhere."""
    return call("np.full", literal(weight.shape), literal(initializer.value))


_DRAWS = {
    "uniform": "scaled_uniform",
    "untruncated_normal": "scaled_normal",
    "truncated_normal": "scaled_truncated_normal",
}


def scaled(initializer: Scaled, weight: Weight) -> Call:
    """Write a draw with variance scale / fan."""
    scale, _, distribution = initializer.law()
    fan = initializer.fan(weight.fan_in, weight.fan_out)
    return call(
        _DRAWS[distribution],
        "seed",
        literal(weight.path),
        literal(weight.shape),
        variance=f"{scale!r} / {fan!r}",
    )


for _kind in (
    GlorotUniform,
    GlorotNormal,
    HeUniform,
    HeNormal,
    LecunUniform,
    LecunNormal,
    VarianceScaling,
):
    SHARED.rule(
        _kind,
        emulated="drawn from a generator shared by all backends, so that a seed gives"
        " the same weights; the distribution is the formula's",
    )(scaled)


def initial_weights_section(network: Network, table: Table = SHARED) -> Section:
    """`initial_weights(seed)`: weights and buffers in float64, in canonical layouts.

    `table` has the initializers' lowerings; each writes a call of numpy or of a piece.
    """
    lines = [
        "def initial_weights(seed: int) -> Arrays:",
        '    """Return initial weights and buffers: float64, channels last, (in, out)."""',
    ]
    pieces: set[str] = set()
    entries: list[str] = []
    for node in network.layers:
        for weight in node.weights:
            value = table.lowering(weight.initializer).write(weight.initializer, weight)
            if not value.function.startswith("np."):
                pieces.add(value.function)
                entries.append(f"        # {weight.initializer.keyword}")
            entries.append(entry(weight.path, value, indent=8))
        for buffer in node.buffers:
            value = call("np.full", literal(buffer.shape), literal(buffer.initial))
            entries.append(entry(buffer.path, value, indent=8))
    body = ["    return {", *entries, "    }"] if entries else ["    return {}"]
    named = frozenset({*pieces, "Arrays"})
    return Section("\n".join([*lines, *body]), named, frozenset({NUMPY}))
