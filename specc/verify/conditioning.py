"""What follows from rounding: decisions that turn, losses that divide, sums that cancel.

All are measured on the batch that is looked at, never assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..catalog.families import Loss
from ..ir import Network, Program
from .protocol import Arrays, Probe, Reading
from .spread import distance, largest
from .tolerances import tolerances
from .window import LARGER

__all__ = ["Rounding", "blurred", "undecided", "usual", "vanished"]

#: Probabilities nearer to 0 or 1 are clipped by losses, and have no gradient.
NEAREST = 1e-7


@dataclass(frozen=True)
class Rounding:
    """What rounding comes to: looks at rest of some sides, and of the same moved a little.

    Weights, inputs and forced values of the second are moved by a few units of rounding,
    `float64.unit`. Where a variance is 0, where inputs are far from 0, or where a gradient
    is a small difference of large sums, little becomes much, on every honest side.
    """

    pairs: tuple[tuple[Reading, Reading], ...]

    def allowed(self, prefix: str) -> dict[str, float]:
        """How far tensors may be apart, by name."""
        factor, found = tolerances()["float64.control"], dict[str, float]()
        for name, gap, _ in self._gaps(prefix):
            found[name] = max(found.get(name, 0.0), factor * gap)
        return found

    def relative(self, prefixes: Iterable[str]) -> dict[str, float]:
        """The same of gradients over their size, for what is made of them later.

        Looks at which a gradient is nothing but rounding say nothing of others. No more
        than `float64.doubt` is let through.
        """
        factor, most = tolerances()["float64.control"], tolerances()["float64.doubt"]
        found: dict[str, float] = {}
        for prefix in prefixes:
            gaps = list(self._gaps(prefix))
            least = max((size for *_, size in gaps), default=0.0)
            for name, gap, size in gaps:
                if size > tolerances()["float64.null_share"] * least:
                    here = min(factor * gap / size, most)
                    found[name] = max(found.get(name, 0.0), here)
        return found

    def _gaps(self, prefix: str) -> Iterator[tuple[str, float, float]]:
        """Of each tensor how far it moved, and its size."""
        for first, second in self.pairs:
            here, there = first.under(prefix), second.under(prefix)
            for name in here.keys() & there.keys():
                gap = distance(here[name], there[name])
                if np.isfinite(gap):
                    yield name, gap, largest([here[name]])


def usual(sides: Mapping[str, Reading], where: str, probe: Probe) -> dict[str, float]:
    """The size of gradients on ordinary inputs, for those on inputs that saturate.

    Where a tanh is at 1 − 1e-9 its derivative is the small difference of numbers near 1:
    a gradient is computed from what it would be if nothing were saturated. The same for
    gradients that are all zero.
    """
    if probe.batch != "large":
        return vanished(sides.values(), where, probe)
    found: dict[str, float] = {}
    for reading in sides.values():
        for name, array in reading.under(f"{where}/real").items():
            found[name] = max(found.get(name, 0.0), LARGER * largest([array]))
    return found


def vanished(sides: Iterable[Reading], where: str, probe: Probe) -> dict[str, float]:
    """The size of gradients on the ordinary batch, where all on this one are zero.

    Zero but for rounding, that is: each entry of each weight on each side. Rounding is
    then held against what gradients otherwise are, and not against itself.
    """
    readings = list(sides)
    here = [reading.under(f"{where}/{probe.name}") for reading in readings]
    usual = [reading.under(f"{where}/real") for reading in readings]
    size = largest(array for arrays in usual for array in arrays.values())
    found = largest(array for arrays in here for array in arrays.values())
    if found > tolerances()["zero"] * size:
        return {}
    return {name: size for arrays in here for name in arrays}


def blurred(
    program: Program, sides: list[Arrays], unit: float = 2.0**-53
) -> dict[str, float]:
    """The relative rounding of figures and gradients where a loss sees probabilities.

    Cross-entropy of a sigmoid's values divides by p and 1 − p: with 1 − p = 1e-6 a unit of
    rounding in p is a million of them in the quotient. Behind logits that does not happen.

    Args:
        program: what was run.
        sides: what the nodes of each side gave.
        unit: the unit of rounding, of float64 or float32.

    Returns:
        by name, of the figures of such outputs and of the weights that they depend on.
    """
    training, network = program.training, program.network
    assert training is not None
    edges = {item.name: item.edge for item in network.outputs}
    found: dict[str, float] = {}
    for item in training.objectives:
        if item.logits or not item.loss.divides():
            continue
        nearest = np.inf
        for arrays in sides:
            p = arrays.get(edges[item.output], np.zeros(0))
            room = np.minimum(p, 1.0 - p)
            nearest = min(nearest, room[room >= NEAREST].min(initial=np.inf))
        blur = tolerances()["float64.saturated"] * unit / float(nearest)
        lead = f"{item.output}_" if len(edges) > 1 else ""
        figures = (f"{lead}loss", *(lead + metric.keyword for metric in item.metrics))
        for name in ("loss", *figures, *_weights_before(network, edges[item.output])):
            found[name] = max(found.get(name, 0.0), blur)
    return found


def _weights_before(network: Network, edge: str) -> Iterator[str]:
    """The weights of all layers that an edge depends on."""
    calls = {call.name: call for call in network.calls}
    ahead, layers = [edge], set[str]()
    seen: set[str] = set()
    while ahead:
        call = calls.get(ahead.pop())
        if call is not None and call.name not in seen:
            seen.add(call.name)
            layers.add(call.layer)
            ahead += call.inputs
    for weight in network.weights():
        if weight.path.rpartition("/")[0] in layers:
            yield weight.path


def undecided(program: Program, sides: list[Arrays]) -> dict[str, float]:
    """How far figures may differ by decisions that rounding turns, by their names.

    A metric that counts decisions moves by a whole one where a prediction lies on the
    border. Sides that differ by d can decide otherwise only where the margin is 2·d or
    less.

    Args:
        program: what is trained; its metrics say whether they count decisions.
        sides: the outputs of all nodes that each side computed on one batch.
    """
    training = program.training
    assert training is not None
    edges = {item.name: item.edge for item in program.network.outputs}
    found: dict[str, float] = {}
    for item in training.objectives:
        lead = f"{item.output}_" if len(edges) > 1 else ""
        edge = edges[item.output]
        outputs = [arrays[edge] for arrays in sides if edge in arrays]
        for metric in item.metrics:
            if metric.decides and len(outputs) == len(sides):
                found[lead + metric.keyword] = share(outputs, item.loss)
    return found


def share(outputs: list[np.ndarray], loss: Loss) -> float:
    """The share of decisions whose margin is within twice what sides differ by."""
    if len({output.shape for output in outputs}) > 1 or not outputs[0].size:
        return 0.0  # that is wrong, and reported as such
    gap = np.zeros(1)
    for one, other in combinations(outputs, 2):
        apart = np.abs(one.astype(np.float64) - other.astype(np.float64))
        gap = np.maximum(gap, apart if loss.target == "binary" else apart.max(axis=-1))
    margin = np.min([margins(output, loss) for output in outputs], axis=0)
    return float(((gap > 0) & (margin <= 2 * gap)).mean())


def margins(output: np.ndarray, loss: Loss) -> np.ndarray:
    """How far each decision is from the other one."""
    values = output.astype(np.float64)
    if loss.target == "binary":
        return np.abs(values - (0.0 if loss.takes_logits() else 0.5))
    if values.shape[-1] == 1:
        return np.full(values.shape[:-1], np.inf)
    ordered = np.sort(values, axis=-1)
    return ordered[..., -1] - ordered[..., -2]
