"""The names in transforms: of bindings or of fields, as a program's bindings call them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..catalog.families import Transform
from .bind import Bound
from .expectation import Expectation, Maybe, Sequence, Text, signature
from .report import Report, one_of

__all__ = ["Called", "names_of", "rename"]

#: For every name that a data block may use, what the batch calls the bindings it means.
Called = dict[str, list[str]]


def _names_bindings(expects: Expectation) -> bool:
    if isinstance(expects, Maybe):
        return _names_bindings(expects.inner)
    if isinstance(expects, Sequence):
        return _names_bindings(expects.item)
    return isinstance(expects, Text) and expects.thing == "binding"


def _fields(transform: Transform) -> list[str]:
    """The arguments of a transform that name bindings."""
    parameters = signature(type(transform)).parameters
    return [name for name, item in parameters.items() if _names_bindings(item.expects)]


def _tuple(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def names_of(transform: Transform) -> tuple[str, ...]:
    """The bindings that a transform names."""
    found: list[str] = []
    for name in _fields(transform):
        found += _tuple(getattr(transform, name))
    return tuple(found)


def rename(
    transforms: Iterable[Bound], called: Called, known: set[str], report: Report
) -> tuple[Bound, ...]:
    """The transforms with the names of a program's bindings.

    A transform whose bindings the program does not have is left out.

    Args:
        transforms: of the data block.
        called: what the names mean in this program.
        known: further names that the data block has, without a use in this program.
        report: takes names that are neither.
    """
    found: list[Bound] = []
    for bound in transforms:
        transform: Transform = bound.construct
        changes: dict[str, Any] = {}
        left = True
        for name in _fields(transform):
            value = getattr(transform, name)
            given = _tuple(value)
            for item in given:
                if item not in called and item not in known:
                    _unknown(item, bound, name, called, report)
            meant = tuple(new for item in given for new in called.get(item, ()))
            left = left and bool(meant) == bool(given)
            single = isinstance(value, str) and meant
            changes[name] = meant[0] if single else tuple(dict.fromkeys(meant))
        if left:
            renamed = transform.model_copy(update=changes)
            found.append(replace(bound, construct=renamed))
    return tuple(found)


def _unknown(
    name: str, bound: Bound, field: str, called: Called, report: Report
) -> None:
    given = bound.given.get(field)
    report.error(
        "unknown-name",
        f"there is no binding or field called {name}",
        given.span if given else bound.span,
        expected=one_of(called),
        suggestion=report.near(name, called),
    )
