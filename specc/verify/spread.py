"""How far tensors are apart: aware of shape, of infinities and of what is not a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from .protocol import Arrays

__all__ = ["distance", "errors", "finite", "largest", "odd_one"]


def finite(array: np.ndarray) -> bool:
    """Whether all entries are finite numbers (integers and booleans are)."""
    return array.dtype.kind not in "fc" or bool(np.isfinite(array).all())


def largest(arrays: Iterable[np.ndarray]) -> float:
    """The largest absolute finite entry of all; 0 if there is none."""
    found = 0.0
    for array in arrays:
        values = np.abs(array.astype(np.float64, copy=False))
        # A maximum that is finite says that all are: one pass for nearly every tensor.
        if not np.isfinite(values.max(initial=0.0)):
            values = values[np.isfinite(values)]
        if values.size:
            found = max(found, float(values.max()))
    return found


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """The largest absolute difference of entries.

    Infinite where the shapes differ, and where one entry is not finite and the other is
    not the same: `abs(nan) > gate` is False, so a difference of NaN must never reach a
    comparison.
    """
    if one.shape != other.shape:
        return np.inf
    if one.size == 0:
        return 0.0
    left = one.astype(np.float64, copy=False)
    right = other.astype(np.float64, copy=False)
    with np.errstate(invalid="ignore", over="ignore"):
        plain = float(np.abs(left - right).max())
    if np.isfinite(plain):  # then all entries are
        return plain
    same = (left == right) | (np.isnan(left) & np.isnan(right))
    if not np.isfinite(np.where(same, 0.0, left)).all():
        return np.inf
    if not np.isfinite(np.where(same, 0.0, right)).all():
        return np.inf
    with np.errstate(invalid="ignore"):
        return float(np.abs(np.where(same, 0.0, left - right)).max())


def errors(one: np.ndarray, other: np.ndarray, scale: float) -> np.ndarray:
    """Absolute differences of entries over the scale; infinite where not comparable."""
    if one.shape != other.shape:
        return np.full(1, np.inf)
    left, right = one.astype(np.float64), other.astype(np.float64)
    with np.errstate(invalid="ignore"):
        found = np.abs(left - right)
    whole = np.isfinite(left) & np.isfinite(right)
    return np.where(whole, found, np.inf) / (scale or 1.0)


def odd_one(sizes: Mapping[tuple[str, str], float], gate: float) -> str | None:
    """The one side that differs from all others while those agree, if there is one."""
    sides = sorted({side for pair in sizes for side in pair})
    if len(sides) < 3:
        return None
    apart = {pair for pair, size in sizes.items() if not size <= gate}
    for side in sides:
        if apart == {pair for pair in sizes if side in pair}:
            return side
    return None


def floors(arrays: Mapping[str, Arrays], kinds: Mapping[str, str]) -> dict[str, float]:
    """The largest entry of each kind of tensors, over all sides and names."""
    found: dict[str, float] = {}
    for named in arrays.values():
        for name, array in named.items():
            kind = kinds.get(name, "")
            found[kind] = max(found.get(kind, 0.0), largest([array]))
    return found
