"""A binding joined to the fields of a source: its raw values and their shape."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ..catalog import Construct, catalog
from ..catalog.families import Loss
from ..catalog.transforms import OneHot
from ..catalog.types import Shape
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem, Span
from ..ir import Binding
from .table import Table

__all__ = ["Bound", "bind", "conform", "differing"]

#: About how many numbers are handled at a time, so that no float64 copy of all is made.
_BLOCK = 1 << 20


def conform(source: tuple[int, ...], wanted: Shape) -> tuple[int, ...] | None:
    """The shape that entries of shape `source` take to be of shape `wanted`, if any.

    A row of numbers may be folded, an array flattened, and axes of size 1 come and go.
    Nothing else is reshaped: (3, 28, 28) is no (28, 28, 3).
    """
    if len(source) == len(wanted) and all(
        isinstance(size, str) or size == have
        for have, size in zip(source, wanted, strict=True)
    ):
        return source
    sizes = tuple(size for size in wanted if isinstance(size, int))
    if len(sizes) != len(wanted) or math.prod(source) != math.prod(sizes):
        return None
    flat = len(source) <= 1 or len(sizes) <= 1
    same = [size for size in source if size != 1] == [n for n in sizes if n != 1]
    return sizes if flat or same else None


@dataclass(frozen=True)
class Bound:
    """A binding with the arrays it is made of.

    `columns` are the names of its fields, in order; `shape` is that of an entry when it
    is taken from the source, `final` that after all transforms.
    """

    binding: Binding
    columns: tuple[str, ...]
    table: Table
    shape: tuple[int, ...]
    final: tuple[int, ...]
    span: Span | None

    @property
    def name(self) -> str:
        """The name in a batch."""
        return self.binding.name

    @property
    def open(self) -> tuple[int, ...]:
        """The axes of an entry, counted from 0, whose size the model leaves open."""
        named = enumerate(self.binding.shape)
        return tuple(axis for axis, size in named if isinstance(size, str))

    def raw(self, rows: np.ndarray) -> np.ndarray:
        """The values in those rows, of shape (rows, *shape), as the source holds them."""
        arrays = [self.table.fields[column] for column in self.columns]
        parts = [array.take(rows, axis=0) for array in arrays]
        if len(parts) > 1:
            parts = [part[:, None] if part.ndim == 1 else part for part in parts]
            parts = [np.concatenate(parts, axis=-1)]
        return parts[0].reshape(len(rows), *self.shape)

    def blocks(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The rows in stretches that fit in memory, and their raw values."""
        size = max(1, _BLOCK // max(1, math.prod(self.final), math.prod(self.shape)))
        for start in range(0, len(rows), size):
            stretch = rows[start : start + size]
            yield stretch, self.raw(stretch)

    def field(self, entry: tuple[int, ...]) -> str:
        """How a user finds an entry of an example: its column, or its indices."""
        if len(self.columns) == math.prod(self.shape):
            flat = int(np.ravel_multi_index(entry, self.shape)) if entry else 0
            return self.columns[flat]
        return f"{self.name}{list(entry)}"


def bind(
    binding: Binding,
    columns: tuple[str, ...],
    table: Table,
    encoding: OneHot | None,
    span: Span | None,
) -> Bound:
    """Join a binding to its fields.

    Args:
        binding: what is bound.
        columns: the fields it is made of.
        table: the values of the source.
        encoding: the one-hot encoding that applies to it, if one does.
        span: the place of the binding.

    Raises:
        Fault: the fields do not fit side by side, or not the model.
    """
    source = _side_by_side(binding, [table.fields[c] for c in columns], columns, span)
    if encoding is None:
        shape = final = conform(source, binding.shape)
    else:
        shape, final = source, conform((*source, encoding.classes), binding.shape)
    if shape is None or final is None:
        entry = source if encoding is None else (*source, encoding.classes)
        raise Fault(_misfit(binding, entry, span))
    return Bound(binding, columns, table, shape, final, span)


def differing(bounds: Iterable[Bound]) -> Iterator[Problem]:
    """A problem for each binding in which a size is not what it is in one before."""
    first: dict[str, tuple[Bound, int]] = {}
    for bound in bounds:
        for axis in bound.open:
            name, size = str(bound.binding.shape[axis]), bound.final[axis]
            other, wanted = first.setdefault(name, (bound, size))
            if wanted != size:
                why = (
                    f"{name} is {size} in {bound.name}, which is {list(bound.final)} in"
                    f" the data, and {wanted} in {other.name}, which is"
                    f" {list(other.final)}"
                )
                hint = f"arrays that agree in {name}"
                yield Problem("data-shape", why, bound.span, expected=hint)


def _side_by_side(
    binding: Binding,
    arrays: list[np.ndarray],
    columns: tuple[str, ...],
    span: Span | None,
) -> tuple[int, ...]:
    shapes = [array.shape[1:] for array in arrays]
    if len(shapes) == 1:
        return shapes[0]
    shapes = [shape or (1,) for shape in shapes]
    if len({shape[:-1] for shape in shapes}) > 1:
        listed = ", ".join(
            f"{n} {a.shape[1:]}" for n, a in zip(columns, arrays, strict=True)
        )
        why = f"the fields of {binding.name} do not fit side by side: {listed}"
        hint = "entries that agree in all axes but the last"
        raise Fault(Problem("data-shape", why, span, expected=hint))
    return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))


def _misfit(binding: Binding, entry: tuple[int, ...], span: Span | None) -> Problem:
    wanted = ", ".join(str(size) for size in binding.shape)
    have = ", ".join(str(size) for size in entry)
    return Problem(
        "data-shape",
        f"{binding.name} is [{have}] in the data and [{wanted}] in the model",
        span,
        expected="one number" if not binding.shape else f"entries of shape [{wanted}]",
        suggestion=_for_classes(binding, entry),
    )


def _for_classes(binding: Binding, entry: tuple[int, ...]) -> str | None:
    """What goes with one-hot rows, or with class numbers, where the others are there."""
    if binding.classes is not None and entry == (binding.classes,):
        losses = catalog().family("loss").items()
        known = [word for word, kind in losses if _target(kind) == "one_hot"]
        return f"loss = {' or '.join(known)}, for one-hot rows" if known else None
    if binding.role == "target" and len(binding.shape) == 1 and not entry:
        rows = f"one_hot({binding.name}, classes = {binding.shape[0]})"
        return f"for class numbers a loss that takes them, or {rows}"
    return None


def _target(kind: type[Construct]) -> str | None:
    return kind.target if issubclass(kind, Loss) else None
