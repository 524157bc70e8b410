"""What other packages add to specc by entry points, and what is wrong where they do not."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

__all__ = ["BrokenPackage", "added", "groups", "package", "take"]

T = TypeVar("T")


class BrokenPackage(Exception):
    """A package announces something to specc that it does not have, or that is wrong."""

    def __init__(self, entry: EntryPoint, why: str) -> None:
        self.entry = entry
        self.why = why
        super().__init__(
            f"the installed package {package(entry)} is broken: {said(entry)}: {why};"
            f" mend or uninstall it"
        )


def added(group: str) -> tuple[EntryPoint, ...]:
    """The entry points of a group, by name."""
    return tuple(sorted(entry_points(group=group), key=lambda entry: entry.name))


def groups(prefix: str) -> tuple[str, ...]:
    """The groups whose names begin so, of all installed packages."""
    return tuple(
        sorted(name for name in entry_points().groups if name.startswith(prefix))
    )


def package(entry: EntryPoint) -> str:
    """The name of the package that an entry point comes from."""
    return entry.dist.name if entry.dist is not None else "without a name"


def said(entry: EntryPoint) -> str:
    """An entry point as its package writes it."""
    return f'{entry.name} = "{entry.value}" of the group {entry.group}'


def take(entry: EntryPoint, use: Callable[[Any], T]) -> T:
    """Load what an entry point names, and hand it on.

    Raises:
        BrokenPackage: it cannot be imported, is not there, or is refused.
    """
    try:
        return use(entry.load())
    except Exception as error:
        why = str(error) or "no reason is given"
        raise BrokenPackage(entry, f"{type(error).__name__}: {why}") from error
