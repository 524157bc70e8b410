"""Which fields of a source a binding or a filter is made of."""

from __future__ import annotations

from collections.abc import Iterator

from ..catalog.sources.files import Csv
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem, Span
from ..diagnostics.suggest import nearest
from ..ir import Binding, Data
from .places import Places

__all__ = ["read_field", "resolve"]


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
        implied = binding.columns == (binding.name,)
        if implied and binding.name not in names and not places.written(binding.name):
            faults = [_unbound(binding, data, names, span)]
        problems += faults
        if not faults:
            columns[binding.name] = _fields(binding, names)
            problems += _ambiguous_run(binding, columns[binding.name], names, span)
    for position, transform in enumerate(data.transforms):
        span = places.transform(position)
        read = tuple(read_field(name, data, names) for name in transform.reads())
        problems += _faults(read, names, data.source.keyword, span)
    if problems:
        raise Fault(problems)
    return columns


def read_field(field: str, data: Data, names: tuple[str, ...]) -> str:
    """The field that a filter looks at: one of the source, or that of a binding."""
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


def _unbound(
    binding: Binding, data: Data, names: tuple[str, ...], span: Span | None
) -> Problem:
    """A name of the model that no field has, and that no binding gives one."""
    taken = {name for other in data.bindings for name in other.columns}
    left = [name for name in names if name not in taken] or list(names)
    likely = left[-1] if binding.role == "target" else left[0]
    guess = nearest(binding.name, left) or likely
    form = "column" if isinstance(data.source, Csv) else "array"
    return Problem(
        "data-unknown-field",
        f"the {data.source.keyword} source has nothing called {binding.name}, and no"
        f" binding says what that {binding.role} is",
        span,
        expected=f"one of {', '.join(names[:20])}",
        suggestion=f'{binding.role} {binding.name} = {form}("{guess}")',
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
