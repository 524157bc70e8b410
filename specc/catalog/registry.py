"""All constructs by family and keyword: the built-in ones and those of installed packages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint
from types import MappingProxyType

from .construct import Construct
from .outside import BrokenPackage, added, take

__all__ = ["Catalog", "UnknownConstruct", "assembled", "catalog"]


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
                raise ValueError(
                    f"two constructs of the family {kind.family} are called {kind.keyword}"
                )
            members[kind.keyword] = kind

    def enlarge(self, kinds: Iterable[type[Construct]]) -> tuple[type[Construct], ...]:
        """Register what another package has; return it.

        Raises:
            TypeError: it is no tuple of construct classes.
            ValueError: a keyword is taken.
        """
        listed = tuple(kinds)
        for kind in listed:
            if not (isinstance(kind, type) and issubclass(kind, Construct)):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"{kind!r} is no class of a construct")
        self.add(*listed)
        return listed

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

    Raises:
        BrokenPackage: one of these packages cannot be used.
    """
    result, found = assembled()
    for outcome in found.values():
        if isinstance(outcome, BrokenPackage):
            raise outcome
    return result


def assembled() -> tuple[
    Catalog, dict[EntryPoint, tuple[type[Construct], ...] | BrokenPackage]
]:
    """All constructs, and what came of each entry point: its classes, or what is wrong."""
    from . import builtin

    result = Catalog()
    result.add(*builtin.CONSTRUCTS)
    found: dict[EntryPoint, tuple[type[Construct], ...] | BrokenPackage] = {}
    for entry in added("specc.constructs"):
        try:
            found[entry] = take(entry, result.enlarge)
        except BrokenPackage as broken:
            found[entry] = broken
    return result, found
