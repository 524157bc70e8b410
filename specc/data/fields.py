"""Which fields of a source a binding or a filter is made of."""

from __future__ import annotations

from collections.abc import Iterator

from ..catalog.transforms import Keep
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem, Span
from ..diagnostics.suggest import nearest
from ..ir import Binding, Data
from .places import Places

__all__ = ["kept_field", "resolve"]


def resolve(
    data: Data, names: tuple[str, ...], places: Places
) -> dict[str, tuple[str, ...]]:
    """The fields of each binding, by the binding's name, in order.

    Args:
        data: the data block.
        names: the fields of its source, in the order of the source.
        places: for problems.

    Raises:
        Fault: fields are missing or ambiguous; all of them are reported.
    """
    problems: list[Problem] = []
    columns: dict[str, tuple[str, ...]] = {}
    for binding in data.bindings:
        span = places.binding(binding.name)
        faults = list(_faults(binding.columns, names, data.source.keyword, span))
        problems += faults
        if not faults:
            columns[binding.name] = _fields(binding, names)
            problems += _ambiguous_run(binding, columns[binding.name], names, span)
    for transform in data.transforms:
        if isinstance(transform, Keep):
            span = places.transform(transform.keyword)
            field = kept_field(transform, data, names)
            problems += _faults((field,), names, data.source.keyword, span)
    if problems:
        raise Fault(problems)
    return columns


def kept_field(keep: Keep, data: Data, names: tuple[str, ...]) -> str:
    """The field that a filter looks at: one of the source, or that of a binding."""
    field = keep.where.field
    if field not in names:
        for binding in data.bindings:
            if binding.name == field and len(binding.columns) == 1:
                return binding.columns[0]
    return field


def _fields(binding: Binding, names: tuple[str, ...]) -> tuple[str, ...]:
    if not binding.through:
        return binding.columns
    first, last = (names.index(column) for column in binding.columns)
    # A run that is written backwards is still the columns between its ends.
    return names[min(first, last) : max(first, last) + 1]


def _faults(
    columns: tuple[str, ...], names: tuple[str, ...], source: str, span: Span | None
) -> Iterator[Problem]:
    for column in dict.fromkeys(columns):
        if column not in names:
            yield _unknown(column, names, source, span)
        elif names.count(column) > 1:
            yield _ambiguous(column, names, span)


def _unknown(
    column: str, names: tuple[str, ...], source: str, span: Span | None
) -> Problem:
    shown = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
    return Problem(
        "data-unknown-field",
        f"the {source} source has nothing called {column}",
        span,
        expected=f"one of {shown}",
        suggestion=nearest(column, names),
    )


def _ambiguous(column: str, names: tuple[str, ...], span: Span | None) -> Problem:
    places = [str(i + 1) for i, name in enumerate(names) if name == column]
    return Problem(
        "data-ambiguous-field",
        f"{len(places)} columns are called {column} (columns {', '.join(places)})",
        span,
        expected="a header whose names differ",
    )


def _ambiguous_run(
    binding: Binding,
    fields: tuple[str, ...],
    names: tuple[str, ...],
    span: Span | None,
) -> Iterator[Problem]:
    """Twins among the columns between the ends of a run."""
    for column in dict.fromkeys(fields):
        if binding.through and names.count(column) > 1:
            yield _ambiguous(column, names, span)
