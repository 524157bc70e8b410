"""All constructs by family and keyword: the built-in ones and those of installed packages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType

from .construct import Construct

__all__ = ["Catalog", "UnknownConstruct", "catalog"]


class UnknownConstruct(ValueError):
    """No construct of that family has that keyword."""


class Catalog:
    """Constructs by family and keyword."""

    def __init__(self) -> None:
        self._families: dict[str, dict[str, type[Construct]]] = {}

    def add(self, *kinds: type[Construct]) -> None:
        """Register constructs.

        Raises:
            ValueError: the keyword is taken in its family, or is missing.
        """
        for kind in kinds:
            members = self._families.setdefault(kind.family, {})
            if kind.keyword in members and members[kind.keyword] is not kind:
                raise ValueError(f"two constructs are called {kind.keyword}")
            members[kind.keyword] = kind

    def families(self) -> tuple[str, ...]:
        """The names of all families."""
        return tuple(self._families)

    def family(self, name: str) -> Mapping[str, type[Construct]]:
        """The members of a family by keyword; empty for an unknown family."""
        return MappingProxyType(self._families.get(name, {}))

    def find(self, family: str, keyword: str) -> type[Construct]:
        """The construct of that family and keyword.

        Raises:
            UnknownConstruct: there is none.
        """
        try:
            return self._families[family][keyword]
        except KeyError:
            raise UnknownConstruct(f"no {family} is called {keyword}") from None

    def __iter__(self) -> Iterator[type[Construct]]:
        for members in self._families.values():
            yield from members.values()


@cache
def catalog() -> Catalog:
    """The catalogue: built-in constructs, then those of ``specc.constructs`` entry points.

    An entry point names a tuple of construct classes.
    """
    from . import builtin

    result = Catalog()
    result.add(*builtin.CONSTRUCTS)
    for entry in sorted(entry_points(group="specc.constructs"), key=lambda e: e.name):
        result.add(*entry.load())
    return result
