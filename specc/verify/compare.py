"""Comparing one part of what several sides did: presence, shape, type, then numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from ..catalog.types import Shape
from .protocol import Arrays
from .spread import distance, finite, largest, odd_one
from .tolerances import tolerances

__all__ = ["Mismatch", "Part", "Scales", "compare_part", "present"]


@dataclass(frozen=True)
class Part:
    """Tensors of one sort, to be compared under one gate.

    `expected` gives the names that each side must show, with their shapes (None leaves
    the shape open; a dimension that is text may be of any size). `kind` groups tensors
    that share a floor. `nulls` marks, by name, entries that are judged by `null_gate`;
    `least` gives tensors a scale that theirs must not fall below; `allowed` an absolute
    difference that they may have in any case, `turned` one that decisions on their border
    make, `loose` a relative one, `blur` one that comes of probabilities near 0 or 1.
    """

    name: str
    expected: Mapping[str, Shape | None]
    gate: str
    dtype: str | None = None
    kind: Callable[[str], str] = lambda _: ""
    nulls: Mapping[str, np.ndarray] = field(default_factory=dict[str, np.ndarray])
    null_gate: str = "float64.null"
    least: Mapping[str, float] = field(default_factory=dict[str, float])
    allowed: Mapping[str, float] = field(default_factory=dict[str, float])
    turned: Mapping[str, float] = field(default_factory=dict[str, float])
    loose: Mapping[str, float] = field(default_factory=dict[str, float])
    blur: Mapping[str, float] = field(default_factory=dict[str, float])
    #: The longest sum that goes into an entry, where that counts.
    terms: int = 1
    #: The side that cannot be wrong, if there is one: what another is held against.
    truth: str = ""
    batch: str | None = None
    #: The look at rest that it belongs to.
    look: str | None = None
    step: int | None = None

    def long_sum(self) -> float:
        """The relative rounding of that sum in float64; 0 where it does not count."""
        return tolerances()["float64.sum"] * self.terms if self.terms > 1 else 0.0


@dataclass(frozen=True)
class Mismatch:
    """A tensor on which sides disagree, or that a side does not show as it should."""

    part: Part
    name: str
    reason: str
    size: float
    gate: float
    sizes: dict[str, float]
    guilty: str | None = None
    #: Whether all that differs are entries of zero gradient.
    null: bool = False
    #: What the sizes are relative to.
    scale: float = 1.0


@dataclass
class Scales:
    """The scale of each tensor of a part: its largest entry, or its kind's floor."""

    sides: Mapping[str, Arrays]
    part: Part
    floors: dict[str, float] = field(default_factory=dict[str, float])

    def __post_init__(self) -> None:
        for arrays in self.sides.values():
            for name in self.part.expected:
                if name in arrays:
                    kind = self.part.kind(name)
                    size = largest([arrays[name]])
                    self.floors[kind] = max(self.floors.get(kind, 0.0), size)

    def of(self, name: str) -> float:
        """The scale of a tensor; 1 where everything is 0.

        It is no less than `_least`: TensorFlow makes subnormal numbers 0.
        """
        own = largest(arrays[name] for arrays in self.sides.values() if name in arrays)
        kind = self.floors.get(self.part.kind(name), 0.0)
        floor = kind * tolerances()["scale"]
        if own <= kind * tolerances()["zero"]:
            floor = kind
        scale = max(own, floor, self.part.least.get(name, 0.0))
        return max(scale, _least(self.part.dtype)) if scale else 1.0


def _least(dtype: str | None) -> float:
    """The scale on which the smallest normal number of a type is one unit of rounding."""
    numbers = np.finfo(dtype or "float64")
    return float(numbers.tiny) / float(numbers.eps)


def present(part: Part, side: str, arrays: Arrays) -> list[Mismatch]:
    """What a side lacks, has too much, or has in another shape or type."""

    def wrong(name: str, reason: str) -> Mismatch:
        return Mismatch(part, name, f"{side}: {reason}", np.inf, 0.0, {}, side)

    found: list[Mismatch] = []
    for name, shape in part.expected.items():
        if name not in arrays:
            found.append(wrong(name, "missing"))
            continue
        array = arrays[name]
        if shape is not None and not _fits(array.shape, shape):
            reason = f"has shape {list(array.shape)}, not {list(shape)}"
            found.append(wrong(name, reason))
        elif part.dtype and array.dtype.kind == "f" and array.dtype != part.dtype:
            found.append(wrong(name, f"is {array.dtype}, not {part.dtype}"))
        elif not finite(array):
            found.append(wrong(name, "holds numbers that are not finite"))
    for name in arrays:
        if name not in part.expected:
            found.append(wrong(name, "unexpected"))
    return found


def _fits(shape: tuple[int, ...], wanted: Shape) -> bool:
    if len(shape) != len(wanted):
        return False
    pairs = zip(shape, wanted, strict=True)
    return all(isinstance(want, str) or have == want for have, want in pairs)


def compare_part(
    part: Part, sides: Mapping[str, Arrays]
) -> tuple[int, dict[str, dict[str, float]], list[Mismatch]]:
    """Compare all sides pair by pair.

    Returns:
        how many tensors were there on every side, the relative difference of each by pair
        of sides, and the mismatches in the order of `part.expected`.
    """
    found: list[Mismatch] = []
    for side, arrays in sides.items():
        if side != part.truth:  # it was looked at where it stands for itself
            found += present(part, side, arrays)
    scales = Scales(sides, part)
    sizes: dict[str, dict[str, float]] = {}
    for name in part.expected:
        if all(name in arrays for arrays in sides.values()):
            sizes[name], differing = _tensor(part, name, sides, scales.of(name))
            found += differing
    order = {name: number for number, name in enumerate(part.expected)}
    found.sort(key=lambda item: order.get(item.name, len(order)))
    return len(sizes), sizes, found


def _tensor(
    part: Part, name: str, sides: Mapping[str, Arrays], scale: float
) -> tuple[dict[str, float], list[Mismatch]]:
    """The relative difference of one tensor by pair; null entries are judged apart."""
    mask = part.nulls.get(name)
    found: list[Mismatch] = []
    shapes = {arrays[name].shape for arrays in sides.values()}
    if mask is None or not mask.any() or shapes != {mask.shape}:
        whole = {side: arrays[name] for side, arrays in sides.items()}
        sizes = _pairs(whole, scale)
        found += _judged(part, name, sizes, part.gate, scale)
        return sizes, found
    worst: dict[str, float] = {}
    for chosen, gate, null in ((~mask, part.gate, False), (mask, part.null_gate, True)):
        sizes = _pairs({s: a[name][chosen] for s, a in sides.items()}, scale)
        found += _judged(part, name, sizes, gate, scale, null)
        worst = {pair: max(size, worst.get(pair, 0.0)) for pair, size in sizes.items()}
    return worst, found


def _pairs(arrays: Mapping[str, np.ndarray], scale: float) -> dict[str, float]:
    return {
        f"{one}|{other}": distance(arrays[one], arrays[other]) / scale
        for one, other in combinations(arrays, 2)
    }


def _judged(
    part: Part,
    name: str,
    sizes: dict[str, float],
    gate: str,
    scale: float,
    null: bool = False,
) -> list[Mismatch]:
    limit = max(
        tolerances()[gate],
        part.blur.get(name, 0.0),
        part.loose.get(name, 0.0),
        part.allowed.get(name, 0.0) / scale,
        part.turned.get(name, 0.0) / scale,
        part.long_sum(),
    )
    size = max(sizes.values(), default=0.0)
    if size <= limit:
        return []
    pairs = {_pair(key): value for key, value in sizes.items()}
    guilty = odd_one(pairs, limit)
    if part.truth:
        guilty = next(side for pair in pairs for side in pair if side != part.truth)
    return [Mismatch(part, name, "differs", size, limit, sizes, guilty, null, scale)]


def _pair(key: str) -> tuple[str, str]:
    one, other = key.split("|")
    return one, other
