"""Checks of values, and their one cast to the type that the model takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from .bound import Bound

__all__ = [
    "cast",
    "check_classes",
    "check_finite",
    "check_some_weight",
    "check_weights",
    "whole",
]


@dataclass(frozen=True)
class _Found:
    """The first of some faulty values."""

    where: str
    value: str
    others: str


def _first(bound: Bound, rows: np.ndarray, raw: np.ndarray, bad: np.ndarray) -> _Found:
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    count = int(bad.sum()) - 1
    return _Found(
        f"{bound.field(index[1:])} in {bound.table.row(rows[index[0]])}",
        f"{raw[index]}",
        f" (and {count} more)" if count else "",
    )


def check_finite(bound: Bound, rows: np.ndarray, raw: np.ndarray) -> None:
    """Fault if a raw value is missing, infinite or not a number."""
    if raw.dtype.kind != "f":
        return
    bad = ~np.isfinite(raw)
    if bad.any():
        found = _first(bound, rows, raw, bad)
        what = "missing or not a number" if found.value == "nan" else found.value
        why = f"{found.where} is {what}{found.others}"
        hint = "finite numbers; keep(…) can leave rows out by another field"
        raise Fault(Problem("data-not-finite", why, bound.span, expected=hint))


def whole(raw: np.ndarray) -> np.ndarray:
    """Where values are not whole numbers."""
    if raw.dtype.kind != "f":
        return np.zeros(raw.shape, bool)
    return raw != np.floor(raw)


def check_classes(
    bound: Bound, rows: np.ndarray, raw: np.ndarray, classes: int
) -> None:
    """Fault unless all values are class numbers from 0 to classes − 1."""
    fraction = whole(raw)
    if fraction.any():
        found = _first(bound, rows, raw, fraction)
        why = f"{found.where} is {found.value}, which is no class number{found.others}"
        hint = f"whole numbers from 0 to {classes - 1}"
        raise Fault(Problem("data-label", why, bound.span, expected=hint))
    bad = (raw < 0) | (raw >= classes)
    if bad.any():
        found = _first(bound, rows, raw, bad)
        why = (
            f"{found.where} is {found.value}, outside the {classes} classes"
            f" 0 … {classes - 1}{found.others}"
        )
        every = bound.raw(np.arange(len(bound.table)))
        hint = None
        if every.min() == 1 and every.max() == classes:
            hint = "number the classes from 0, not from 1"
        raise Fault(Problem("data-label", why, bound.span, suggestion=hint))


def check_weights(bound: Bound, rows: np.ndarray, raw: np.ndarray) -> None:
    """Fault if a weight of an example is negative."""
    if (raw < 0).any():
        found = _first(bound, rows, raw, raw < 0)
        why = f"{found.where} is {found.value}; weights are not negative{found.others}"
        raise Fault(Problem("data-weight", why, bound.span))


def check_some_weight(bound: Bound, rows: np.ndarray) -> None:
    """Fault if the examples of the training part all weigh nothing."""
    if not any(raw.any() for _, raw in bound.blocks(rows)):
        why = f"{bound.name} is 0 in every example of the training part"
        hint = "weights greater than 0: nothing is learned without them"
        raise Fault(Problem("data-weight", why, bound.span, expected=hint))


def cast(bound: Bound, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values in the type that the model takes.

    Raises:
        Fault: a value does not fit the type.
    """
    dtype = np.dtype(bound.binding.dtype)
    bad = _misfits(values, dtype)
    if bad.any():
        at = int(np.argwhere(bad)[0][0])
        value = values[bad][0]
        why = (
            f"{bound.name} in {bound.table.row(rows[at])} is {value},"
            f" which {dtype} cannot hold"
        )
        raise Fault(Problem("data-range", why, bound.span))
    return values.astype(dtype)


def _misfits(values: np.ndarray, dtype: np.dtype[np.generic]) -> np.ndarray:
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return ~np.isfinite(values.astype(dtype))
    if dtype.kind == "b":
        return (values != 0) & (values != 1)
    if values.dtype.kind == "b":
        return np.zeros(values.shape, bool)
    limits = np.iinfo(dtype.name)
    # Both limits are powers of two (less one), so float64 compares them exactly enough.
    outside = (values < limits.min) | (values >= limits.max + 1)
    return whole(values) | outside
