"""Fitting transforms on the training part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from ..catalog.families import Transform
from ..catalog.transforms import OneHot, Rescale, Standardize
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem, Span
from ..diagnostics.suggest import nearest
from ..ir import Binding
from .bound import Bound
from .steps import Encoded, Fitted, Rescaled, Standardized, Step

__all__ = ["Fitting", "Target", "fit", "targets"]

#: Beyond it the sum of squares could be infinite.
_LARGEST = 1e140


@dataclass(frozen=True)
class Target:
    """A binding that a transform changes; `columns` are those it is limited to."""

    binding: str
    columns: tuple[str, ...] | None = None


def targets(
    transform: Transform,
    bindings: tuple[Binding, ...],
    columns: dict[str, tuple[str, ...]],
    span: Span | None,
) -> tuple[Target, ...]:
    """The bindings that a transform changes.

    A name is that of a binding, or of a field that bindings are made of. No names mean
    all inputs that are not integers.

    Raises:
        Fault: a name is none of these.
    """
    names: tuple[str, ...] = transform.applies_to()
    if not names:
        return tuple(
            Target(binding.name)
            for binding in bindings
            if binding.role == "input" and binding.dtype.startswith("float")
        )
    found: dict[str, Target] = {}
    for name in names:
        if name in columns:
            found[name] = Target(name)
            continue
        holders = [binding for binding, fields in columns.items() if name in fields]
        if not holders:
            raise Fault(_unknown(name, transform, columns, span))
        for holder in holders:
            whole = len(columns[holder]) == 1
            before = found.get(holder, Target(holder, ())).columns
            limited = None if whole or before is None else (*before, name)
            found[holder] = Target(holder, limited)
    return tuple(found.values())


def _unknown(
    name: str,
    transform: Transform,
    columns: dict[str, tuple[str, ...]],
    span: Span | None,
) -> Problem:
    names = list(dict.fromkeys([*columns, *(f for fs in columns.values() for f in fs)]))
    return Problem(
        "data-unknown-field",
        f"{transform.keyword} is asked to change {name}, which is not bound",
        span,
        expected=f"one of {', '.join(names[:20])}",
        suggestion=nearest(name, names),
    )


@dataclass(frozen=True)
class Fitting:
    """What a transform is fitted to.

    `target` says what of the binding is changed, `before` which steps come before this
    one. `rows` are the training part, on which alone it is fitted; `span` is the place of
    the transform.
    """

    bound: Bound
    target: Target
    before: tuple[Step, ...]
    rows: np.ndarray
    span: Span | None

    def mask(self) -> np.ndarray | None:
        """Where entries belong to the columns that are changed; None for everywhere.

        Axes whose size the model leaves open have one place, which stands for all.

        Raises:
            Fault: the columns lie along such an axis.
        """
        bound, chosen = self.bound, self.target.columns
        if chosen is None:
            return None
        fields = [bound.table.fields[column] for column in bound.columns]
        widths = [1 if one.ndim == 1 else one.shape[-1] for one in fields]
        last = np.repeat([column in chosen for column in bound.columns], widths)
        lead = fields[0].shape[1:-1]
        mask = np.broadcast_to(last, (*lead, len(last))).reshape(bound.shape)
        if len(bound.shape) - 1 in bound.open:
            why = f"the columns of {bound.name} are as many as come, and all alike"
            hint = "a transform of all of them"
            raise Fault(Problem("data-shape", why, self.span, expected=hint))
        for axis in bound.open:
            mask = mask.take([0], axis)
        return mask

    def blocks(self) -> Iterator[np.ndarray]:
        """The values that come to the transform, in float64, in stretches of rows.

        Raises:
            Fault: a value is too large for its square to be summed.
        """
        fitted = Fitted({self.bound.name: self.before})
        for _, raw in self.bound.blocks(self.rows):
            values = fitted.apply(self.bound.name, np.asarray(raw, np.float64))
            if not (np.abs(values) <= _LARGEST).all():
                why = f"{self.bound.name} is too large to take its standard deviation"
                raise Fault(Problem("data-range", why, self.bound.span))
            yield values


@singledispatch
def fit(transform: Transform, fitting: Fitting) -> Step:
    """The step that a transform becomes for a binding.

    A transform from another package registers its own function here.

    Args:
        transform: one that changes values.
        fitting: what it is fitted to.

    Raises:
        Fault: it cannot be fitted.
    """
    why = f"nothing is registered that carries out {transform.keyword}"
    raise Fault(Problem("data-unregistered", why, fitting.span))


@fit.register
def _(transform: Standardize, fitting: Fitting) -> Step:
    free = fitting.bound.open
    blocks = (_pooled(block, free) for block in fitting.blocks())
    return _standardized(blocks, fitting.mask(), free)


@fit.register
def _(transform: Rescale, fitting: Fitting) -> Step:
    chosen = fitting.mask()
    if chosen is None:
        return Rescaled(np.array(transform.scale), np.array(transform.offset))
    scale = np.where(chosen, transform.scale, 1.0)
    return Rescaled(scale, np.where(chosen, transform.offset, 0.0))


@fit.register
def _(transform: OneHot, fitting: Fitting) -> Step:
    return Encoded(np.array(transform.classes))


def _pooled(block: np.ndarray, free: tuple[int, ...]) -> np.ndarray:
    """The values with every place of free axes of an example as a row of its own."""
    axes = [axis + 1 for axis in free]
    moved = np.moveaxis(block, axes, range(1, 1 + len(axes)))
    return moved.reshape(-1, *moved.shape[1 + len(axes) :])


def _standardized(
    blocks: Iterator[np.ndarray],
    chosen: np.ndarray | None,
    free: tuple[int, ...] = (),
) -> Step:
    """Mean and deviation of each entry, over all places of free axes.

    Blocks are merged by the update of Chan et al. 1979 (Stanford STAN-CS-79-773).
    """
    count, mean, squares = 0, np.zeros(()), np.zeros(())
    low, high = np.array(np.inf), np.array(-np.inf)
    for block in blocks:
        centre = block.mean(axis=0)
        total = count + len(block)
        gap = centre - mean
        squares = squares + ((block - centre) ** 2).sum(axis=0)
        squares = squares + gap**2 * (count * len(block) / total)
        mean = mean + gap * (len(block) / total)
        low = np.minimum(low, block.min(axis=0))
        high = np.maximum(high, block.max(axis=0))
        count = total
    deviation = np.sqrt(squares / count)
    # A constant's deviation is 0, not what rounding leaves of it.
    constant = (low == high) | (deviation == 0)
    mean, deviation = np.where(constant, low, mean), np.where(constant, 1.0, deviation)
    mean, deviation = np.expand_dims(mean, free), np.expand_dims(deviation, free)
    if chosen is not None:
        mean, deviation = np.where(chosen, mean, 0.0), np.where(chosen, deviation, 1.0)
    return Standardized(mean, deviation)
