"""float32, judged by each side's error against its own run in float64.

No fixed number separates rounding from a fault in float32, but two honest programs that
compute the same thing make errors of one size. `float32.ratio` bounds their quotient at a
high percentile of a tensor's entries; errors below `float32.floor` are taken for it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .compare import Mismatch, Part, Scales, present
from .protocol import Arrays
from .spread import errors
from .tolerances import tolerances
from .window import ADVERSARIAL

__all__ = ["Tripped", "compare_dual", "persistent", "typical_error"]


@dataclass(frozen=True)
class Tripped:
    """A tensor whose errors are of different sizes, by side, and their ratio."""

    mismatch: Mismatch
    worst: float


@dataclass
class DualResult:
    """Of one part: tensors compared, the largest error and the ratio of each, and trips."""

    compared: int = 0
    sizes: dict[str, float] = field(default_factory=dict[str, float])
    ratios: dict[str, float] = field(default_factory=dict[str, float])
    wrong: list[Mismatch] = field(default_factory=list[Mismatch])
    tripped: list[Tripped] = field(default_factory=list[Tripped])


def compare_dual(
    part: Part, single: Mapping[str, Arrays], double: Mapping[str, Arrays]
) -> DualResult:
    """Compare the errors of all sides.

    Args:
        part: what to compare; its type is that of the float32 run.
        single: what each side did in float32.
        double: what each side did in float64, from the same numbers.
    """
    result = DualResult()
    for side, arrays in single.items():
        result.wrong += present(part, side, arrays)
    scales = Scales(double, part)
    everywhere = [*single.values(), *double.values()]
    for name in part.expected:
        if not all(name in arrays for arrays in everywhere):
            continue
        result.compared += 1
        scale = scales.of(name)
        if (
            min(arrays[name].size for arrays in everywhere)
            < tolerances()["float32.few"]
        ):
            scale = max(scale, scales.floors[part.kind(name)])
        by_side = {
            side: errors(single[side][name], double[side][name], scale)
            for side in single
        }
        _judge(part, name, by_side, scale, result)
    return result


def _judge(
    part: Part,
    name: str,
    by_side: dict[str, np.ndarray],
    scale: float,
    result: DualResult,
) -> None:
    odd = part.batch in ADVERSARIAL
    limit = tolerances()["float32.ratio"]
    long = tolerances()["float32.sum"] * math.sqrt(part.terms)
    floor = max(long, tolerances()["float32.odd_floor" if odd else "float32.floor"])
    mask = part.nulls.get(name)
    sizes: dict[str, float] = {}
    worst = 0.0
    for side, found in by_side.items():
        kept = found[~mask] if mask is not None and mask.shape == found.shape else found
        sizes[side] = _quantile(kept)
        worst = max(worst, float(kept.max(initial=0.0)))
    floor = max(floor, part.honest.get(name, 0.0), part.allowed.get(name, 0.0) / scale)
    held = {side: max(size, floor) for side, size in sizes.items()}
    result.sizes[name] = max(sizes.values())
    ratio = max(held.values()) / min(held.values())
    result.ratios[name] = ratio
    if not ratio <= limit:
        guilty = max(held, key=lambda side: held[side])
        reason = "errors of different sizes"
        mismatch = Mismatch(part, name, reason, ratio, limit, sizes, guilty)
        result.tripped.append(Tripped(mismatch, worst))


def typical_error(one: np.ndarray, other: np.ndarray, scale: float) -> float:
    """The error of a tensor, at the percentile at which errors are compared."""
    return _quantile(errors(one, other, scale).ravel())


def _quantile(values: np.ndarray) -> float:
    if not values.size:
        return 0.0
    if not np.isfinite(values).all():
        return np.inf
    return float(np.quantile(values, tolerances()["float32.quantile"]))


def persistent(tripped: list[Tripped], looks: int) -> list[Mismatch]:
    """Those that are no flipped unit: at too many of the looks, or far too large.

    Each side is held guilty by itself: where now one, now another is less exact, both are
    honest.

    Args:
        tripped: of one tensor, at different steps or batches.
        looks: how often it was looked at.
    """
    guilty = Counter(item.mismatch.guilty for item in tripped)
    often = {
        side
        for side, count in guilty.items()
        if count / max(1, looks) > tolerances()["float32.bad_steps"]
        and not (looks > 1 and count == 1)
    }
    return [
        item.mismatch
        for item in tripped
        if item.mismatch.guilty in often or item.worst > tolerances()["float32.worst"]
    ]
