"""Initial weights: drawn in plain NumPy, the same for every backend."""

from __future__ import annotations

from ...catalog.initializers.constants import Constant, Ones, Zeros
from ...catalog.initializers.orthogonal import Orthogonal
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
from ...ir import Buffer, Network, Weight
from ..lowering import Table
from ..pieces import Import
from ..source import Call, call, define, entry, literal
from .reuse import reused_parameter
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


@SHARED.rule(
    Orthogonal,
    emulated="drawn from a generator shared by all backends, so that a seed gives the same"
    " weights; numpy.linalg.qr makes them orthogonal",
)
def orthogonal(initializer: Orthogonal, weight: Weight) -> Call:
    """Write a draw of an orthogonal matrix."""
    return call(
        "orthogonal_matrix",
        "seed",
        literal(weight.path),
        literal(weight.shape),
        gain=literal(initializer.gain),
    )


def initial_weights_section(network: Network, table: Table = SHARED) -> Section:
    """`initial_weights(seed)`: weights and buffers in float64, in canonical layouts.

    `table` has the initializers' lowerings; each writes a call of numpy or of a piece.
    Where trained weights are taken over, they are given as `reused`.
    """
    parameters = ["seed: int", *reused_parameter(network)]
    about = "Return initial weights and buffers: float64, channels last, (in, out)."
    lines = [define("initial_weights", parameters, "Arrays")]
    if network.reused:
        lines += [
            f'    """{about}',
            "",
            "    `reused` has the arrays of each trained model in REUSED, by their names.",
            "",
            "    Raises:",
            "        ValueError: one is missing, or has another shape.",
            '    """',
        ]
    else:
        lines.append(f'    """{about}"""')
    pieces: set[str] = set()
    entries: list[str] = []
    for node in network.layers:
        for weight in node.weights:
            value = _taken(network, weight)
            drawn = value is None
            if value is None:
                lowering = table.lowering(weight.initializer)
                value = lowering.write(weight.initializer, weight)
            if not value.function.startswith("np."):
                pieces.add(value.function)
            if drawn and not value.function.startswith("np."):
                entries.append(f"        # {weight.initializer.keyword}")
            entries.append(entry(weight.path, value, indent=8))
        for buffer in node.buffers:
            value = _taken(network, buffer)
            if value is None:
                value = call("np.full", literal(buffer.shape), literal(buffer.initial))
            else:
                pieces.add(value.function)
            entries.append(entry(buffer.path, value, indent=8))
    body = ["    return {", *entries, "    }"] if entries else ["    return {}"]
    types = {"Arrays", "Trained"} if network.reused else {"Arrays"}
    named = frozenset({*pieces, *types})
    return Section("\n".join([*lines, *body]), named, frozenset({NUMPY}))


def _taken(network: Network, array: Weight | Buffer) -> Call | None:
    """A trained array in the place of one to begin with, where one is taken over."""
    found = network.taken(array.path)
    if found is None:
        return None
    source, path = map(literal, found)
    return call("reused_array", "reused", source, path, literal(array.shape))
