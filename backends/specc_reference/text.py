"""Pieces of text that emitted programs of this backend are put together from."""

from __future__ import annotations

from collections.abc import Iterable

from specc.emit.shared import Section
from specc.emit.source import Call, Collection, Expression, assign, literal

__all__ = ["constant", "mapping", "pieces"]


def pieces(expressions: Iterable[Expression]) -> frozenset[str]:
    """The runtime pieces that expressions call: functions with a plain name."""
    found: set[str] = set()
    for expression in expressions:
        if isinstance(expression, Call):
            if "." not in expression.function:
                found.add(expression.function)
            found |= pieces(value for _, value in expression.arguments)
        elif isinstance(expression, Collection):
            found |= pieces(expression.items)
    return frozenset(found)


def mapping(items: dict[str, Expression]) -> Collection:
    """A dict display with strings for keys."""
    keys = tuple(f"{literal(key)}: " for key in items)
    return Collection("{}", keys, tuple(items.values()))


def constant(name: str, value: Expression) -> Section:
    """A constant of the module."""
    return Section(assign(name, value), pieces([value]))
