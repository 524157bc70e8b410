"""What a backend is to the core: a table of lowerings and a function that writes programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from typing import Any, Protocol

from .catalog.outside import added, take
from .emit.lowering import Table
from .ir import Program

__all__ = ["Backend", "Emission", "Obstacle", "Plan", "backend", "backends"]


@dataclass(frozen=True)
class Obstacle:
    """A construct of a program that the backend refuses: who owns it, and why.

    `owner` and `field` are keys of `specc.ir.Origins`.
    """

    owner: str
    field: str
    keyword: str
    why: str


class Plan(Protocol):
    """What a backend decided before writing: names, layouts, pieces."""

    obstacles: tuple[Obstacle, ...]

    def describe(self) -> dict[str, Any]:
        """The plan as plain data, for `specc dump --stage plan`."""
        ...


@dataclass(frozen=True)
class Emission:
    """An emitted program.

    `nodes` maps each node of the network to where its output is found in the running
    model; the backend's probe reads it. `lines` maps nodes to the lines of the text, from
    1, that compute them, `built` to those that make their modules, where these are others.
    """

    text: str
    nodes: dict[str, str] = field(default_factory=dict[str, str])
    lines: dict[str, tuple[int, int]] = field(
        default_factory=dict[str, tuple[int, int]]
    )
    built: dict[str, tuple[tuple[int, int], ...]] = field(
        default_factory=dict[str, tuple[tuple[int, int], ...]]
    )


@dataclass(frozen=True)
class Backend:
    """A way to run programs.

    Importing the module that holds it must not import the framework; `probe` names a
    module that may.
    """

    name: str
    title: str
    #: The import names it needs at run time, and the extra of specc that installs them.
    requires: tuple[str, ...]
    extra: str
    table: Table
    plan: Any
    emit: Any
    probe: str

    def missing(self) -> tuple[str, ...]:
        """The required packages that are not installed."""
        return tuple(name for name in self.requires if find_spec(name) is None)

    def load_probe(self) -> Any:
        """Import the module that looks into running models (this imports the framework)."""
        return import_module(self.probe)

    def obstacles(self, program: Program) -> tuple[Obstacle, ...]:
        """What the backend refuses in a program."""
        return self.plan(program).obstacles


@cache
def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in added("specc.backends")}


def backends() -> tuple[str, ...]:
    """The names of the installed backends."""
    return tuple(sorted(_entries()))


@cache
def backend(name: str) -> Backend:
    """The backend of that name, with the lowerings that other packages add to it.

    A package adds lowerings for its constructs by an entry point of the group
    ``specc.lowerings.NAME`` that names a `Table`.

    Raises:
        KeyError: none is installed under it.
        BrokenPackage: it cannot be imported, or a package that adds to it.
    """
    found = take(_entries()[name], _as_backend)
    for entry in added(f"specc.lowerings.{name}"):
        take(entry, found.table.include)
    return found


def _as_backend(found: Any) -> Backend:
    if not isinstance(found, Backend):
        raise TypeError(f"{found!r} is no Backend")
    return found
