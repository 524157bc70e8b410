"""float32, judged by each side's error against its own run in float64.

No fixed number separates rounding from a fault in float32, but two honest programs that
compute the same thing make errors of one size. `float32.ratio` bounds their quotient at a
high percentile of a tensor's entries; errors below `float32.floor` are taken for it.

Beyond that ratio only a measurement speaks for a side. In float64 two sides are some units
of rounding apart, and in float32 they may be as many of its units. That is one throw of the
dice; where it does not suffice, the same is looked at in float64 a few times more, from
numbers moved by a few units, so that all rounding falls out anew. Or the other side, whose
errors are small, is run again from numbers moved by what rounding may do to them: a
difference that this brings about within one program is honest between two.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .alone import STRAINED
from .compare import Mismatch, Part, Scales, present
from .protocol import Arrays
from .spread import errors
from .tolerances import tolerances
from .window import ADVERSARIAL

__all__ = ["Witness", "compare_dual"]


@dataclass(frozen=True)
class Witness:
    """Looks at the same tensors, which differ by rounding alone.

    `side` is the one that it speaks against, "" for any: what that one did in float32, and
    what it did from numbers moved by rounding. Of `pairs` the one that moved most counts,
    or the root of their mean square if they are `draws`, `times` as much of it; `moved`
    says where it comes from.
    """

    side: str
    pairs: list[tuple[Arrays, Arrays]]
    moved: str
    times: float = 1.0
    draws: bool = False


@dataclass
class DualResult:
    """Of one part: tensors compared, the errors by side and the ratio of each.

    `wrong` are mismatches, `excused` tensors beyond the ratio that are none, with the
    evidence.
    """

    compared: int = 0
    sizes: dict[str, dict[str, float]] = field(
        default_factory=dict[str, dict[str, float]]
    )
    ratios: dict[str, float] = field(default_factory=dict[str, float])
    wrong: list[Mismatch] = field(default_factory=list[Mismatch])
    excused: dict[str, str] = field(default_factory=dict[str, str])


def compare_dual(
    part: Part,
    single: Mapping[str, Arrays],
    double: Mapping[str, Arrays],
    witnesses: Sequence[Witness] = (),
) -> DualResult:
    """Compare the errors of all sides.

    Args:
        part: what to compare; its type is that of the float32 run.
        single: what each side did in float32.
        double: what each side did in float64, from the same numbers.
        witnesses: runs of sides once more; each speaks for other sides only.
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
        sizes = {
            side: _typical(part, name, single[side], double[side], scale)
            for side in single
        }
        _judge(part, name, sizes, scale, witnesses, result)
    return result


def _judge(
    part: Part,
    name: str,
    sizes: dict[str, float],
    scale: float,
    witnesses: Sequence[Witness],
    result: DualResult,
) -> None:
    odd = part.batch in (*ADVERSARIAL, *STRAINED)
    limit = tolerances()["float32.ratio"]
    floor = tolerances()["float32.odd_floor" if odd else "float32.floor"]
    floor = max(
        floor,
        long_sum(part.terms),
        part.turned.get(name, 0.0) / scale,
        part.blur.get(name, 0.0),
    )
    held = {side: max(size, floor) for side, size in sizes.items()}
    result.sizes[name] = sizes
    ratio = max(held.values()) / min(held.values())
    result.ratios[name] = ratio
    if ratio <= limit:
        return
    guilty = max(held, key=lambda side: held[side])
    best = min(held, key=lambda side: held[side])
    for witness in witnesses:
        speaks = witness.side in ("", best)
        honest = _honest(part, name, scale, witness) if speaks else 0.0
        if sizes[guilty] <= limit * honest:
            result.excused[name] = (
                f"{_look(part)} {guilty} is off by {sizes[guilty]:.2g} and {best} by"
                f" {sizes[best]:.2g}, but by {honest:.2g} {witness.moved}"
            )
            return
    reason = "errors of different sizes"
    result.wrong.append(Mismatch(part, name, reason, ratio, limit, sizes, guilty))


def _look(part: Part) -> str:
    return (
        f"at step {part.step}" if part.batch is None else f"on the batch {part.batch}"
    )


def _honest(part: Part, name: str, scale: float, witness: Witness) -> float:
    """The error that rounding is seen to bring about."""
    found = [0.0]
    for one, other in witness.pairs:
        if name in one and name in other:
            size = _typical(part, name, one, other, scale)
            found.append(size if math.isfinite(size) else 0.0)
    if witness.draws:
        mean = sum(size**2 for size in found) / max(1, len(found) - 1)
        return witness.times * math.sqrt(mean)
    return witness.times * max(found)


def long_sum(terms: int) -> float:
    """The rounding of a sum of so many terms."""
    return tolerances()["float32.sum"] * math.sqrt(terms)


def _typical(part: Part, name: str, one: Arrays, other: Arrays, scale: float) -> float:
    """The error of a tensor, at the percentile at which errors are compared."""
    found = errors(one[name], other[name], scale)
    mask = part.nulls.get(name)
    if mask is not None and mask.shape == found.shape:
        found = found[~mask]
    return _quantile(found)


def _quantile(values: np.ndarray) -> float:
    if not values.size:
        return 0.0
    if not np.isfinite(values).all():
        return np.inf
    return float(np.quantile(values, tolerances()["float32.quantile"]))
