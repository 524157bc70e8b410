"""From what the parser recognised to nodes of the syntax tree.

Each method is named for a rule of the grammar, or for one of its alternatives, and takes
the values of its parts. The methods keep nothing: one builder serves all parsers.
"""

from __future__ import annotations

from typing import Any

from .build_expressions import Expressions
from .build_statements import Body, Statements

__all__ = ["Builder"]

#: Statements linked from the last to the first. The parser may go back to an earlier
#: state after an error, so what a state holds is never changed.
Items = tuple[Any, Any] | None


class Builder(Expressions, Statements):
    """The whole grammar: lists and bodies here, the rest in the bases."""

    def same(self, c: list[Any]) -> Any:
        return c[0]

    def nothing(self, c: list[Any]) -> list[Any]:
        return []

    def first_of(self, c: list[Any]) -> list[Any]:
        return [c[0]]

    def next_of(self, c: list[Any]) -> list[Any]:
        c[0].append(c[2])
        return c[0]

    def no_items(self, c: list[Any]) -> Items:
        return None

    def blank(self, c: list[Any]) -> Items:
        return c[0]

    def next_item(self, c: list[Any]) -> Items:
        return (c[0], c[1])

    last_item = next_item

    def items(self, c: list[Any]) -> Items:
        return c[0]

    def file(self, c: list[Any]) -> tuple[Any, ...]:
        return _in_order(c[0])

    def body(self, c: list[Any]) -> Body:
        return Body(_in_order(c[1]), c[2])


def _in_order(items: Items) -> tuple[Any, ...]:
    found: list[Any] = []
    while items is not None:
        items, item = items
        found.append(item)
    return tuple(reversed(found))
