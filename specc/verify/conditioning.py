"""What follows from rounding: decisions that turn, losses that divide, sums that cancel.

All are measured on the batch that is looked at, never assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..catalog.families import Loss
from ..ir import Program
from .protocol import Arrays, Probe, Reading
from .spread import distance, largest
from .tolerances import tolerances

__all__ = ["Rounding", "blurred", "undecided", "vanished"]

#: Probabilities nearer to 0 or 1 are clipped by losses, and have no gradient.
NEAREST = 1e-7


@dataclass(frozen=True)
class Rounding:
    """Sides in both precisions: what their gradients make of rounding.

    The gradient of a normalization's gamma before another normalization is a small
    difference of large sums. How small is seen in float32, where the same sums are
    rounded 2²⁹ times more coarsely. Where one side's order of operations happens to be
    exact, as for a mean of equal numbers, another's is not: the coarsest counts.
    """

    #: Each side in float64 and in float32.
    pairs: tuple[tuple[Reading, Reading], ...]

    def allowed(self, prefix: str) -> dict[str, float]:
        """How far gradients on one batch may be apart, by weight."""
        factor = tolerances()["float64.control"] * 2.0**-29
        found: dict[str, float] = {}
        for name, gap, _ in self._gaps(prefix):
            found[name] = max(found.get(name, 0.0), factor * gap)
        return found

    def relative(self, prefixes: Iterable[str]) -> dict[str, float]:
        """The same over their size, for what is made of gradients later."""
        factor = tolerances()["float64.control"] * 2.0**-29
        found: dict[str, float] = {}
        for prefix in prefixes:
            for name, gap, size in self._gaps(prefix):
                if size:
                    found[name] = max(found.get(name, 0.0), factor * gap / size)
        return found

    def _gaps(self, prefix: str) -> Iterator[tuple[str, float, float]]:
        """Of each gradient the difference of the precisions, and its size."""
        for double, single in self.pairs:
            fine, coarse = double.under(prefix), single.under(prefix)
            for name in fine.keys() & coarse.keys():
                gap = distance(fine[name], coarse[name])
                if np.isfinite(gap):
                    yield name, gap, largest([fine[name]])


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


def blurred(program: Program, sides: list[Arrays]) -> float:
    """The relative rounding of figures and gradients where a loss sees probabilities.

    Cross-entropy of a sigmoid's values divides by p and 1 − p: with 1 − p = 1e-6 a unit of
    rounding in p is a million of them in the quotient. Behind logits that does not happen.
    """
    training = program.training
    assert training is not None
    edges = {item.name: item.edge for item in program.network.outputs}
    nearest = np.inf
    for item in training.objectives:
        if item.logits or not item.loss.divides():
            continue
        for arrays in sides:
            p = arrays.get(edges[item.output], np.zeros(0))
            room = np.minimum(p, 1.0 - p)
            nearest = min(nearest, room[room >= NEAREST].min(initial=np.inf))
    return tolerances()["float64.saturated"] * 2.0**-53 / float(nearest)


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
