"""Which fields of the source each input and output of a model gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Literal

from ..catalog.families import Source
from ..catalog.sources import BuiltinSource
from ..catalog.sources.files import Csv
from ..diagnostics.model import Level, Note, Span
from ..ir import Network, Origins
from .data import ROLES, DeclaredBinding, DeclaredData
from .model import ONLY_OUTPUT
from .report import Report, one_of
from .sizes import open_sizes

__all__ = ["Match", "Matches", "match_fields"]

_Side = Literal["input", "target"]


@dataclass(frozen=True)
class Match:
    """The fields of the source for one name, before their types are checked.

    `name` is what the batch calls it; `span` is the binding, where one was written.
    """

    name: str
    columns: tuple[str, ...]
    through: bool = False
    span: Span | None = None


@dataclass
class Matches:
    """What each input and output gets, and the weights of the examples."""

    inputs: dict[str, Match] = field(default_factory=dict[str, Match])
    targets: dict[str, Match] = field(default_factory=dict[str, Match])
    sample_weight: Match | None = None
    complete: bool = True

    def all(self) -> list[Match]:
        """All of them."""
        weight = [self.sample_weight] if self.sample_weight else []
        return [*self.inputs.values(), *self.targets.values(), *weight]


@dataclass(frozen=True)
class _Join:
    """What is joined, and who is told."""

    network: Network
    origins: Origins
    data: DeclaredData
    source: Source
    report: Report

    @cached_property
    def declared(self) -> dict[str, list[DeclaredBinding]]:
        """The bindings of each role."""
        found: dict[str, list[DeclaredBinding]] = {role: [] for role in ROLES}
        for binding in self.data.bindings:
            found[binding.role].append(binding)
        return found

    @cached_property
    def written(self) -> dict[tuple[str, str], DeclaredBinding]:
        """The bindings by role and name."""
        return {(item.role, item.name): item for item in self.data.bindings}


def match_fields(
    network: Network,
    origins: Origins,
    data: DeclaredData,
    sizes: Mapping[str, int | None],
    report: Report,
) -> Matches:
    """Fields for every input and output; what has none is reported.

    Args:
        network: the model.
        origins: where its inputs and outputs are declared.
        data: the data block; it has settings.
        sizes: how many numbers the target of each output has.
        report: takes the problems.
    """
    assert data.settings is not None
    join = _Join(network, origins, data, data.settings.source, report)
    matches = Matches()
    for item in network.inputs:
        shape = network.edge(item.name).shape
        entries = prod(map(int, shape)) if not open_sizes([shape]) else None
        _side(item.name, len(network.inputs), "input", entries, join, matches)
    for output in network.outputs:
        size = sizes.get(output.name, 1)
        _side(output.name, len(network.outputs), "target", size, join, matches)
    for binding in data.bindings:
        if binding.role == "sample_weight":
            matches.sample_weight = _match(binding, binding.name)
    _unused(join)
    _distinct(matches, report)
    return matches


def _match(binding: DeclaredBinding, name: str) -> Match:
    return Match(name, binding.columns, binding.through, binding.span)


def _side(
    name: str,
    count: int,
    side: _Side,
    entries: int | None,
    join: _Join,
    matches: Matches,
) -> None:
    declared = join.declared[side]
    table = matches.inputs if side == "input" else matches.targets
    if count == 1 and len(declared) == 1:
        table[name] = _match(declared[0], name if side == "input" else declared[0].name)
        return
    written = join.written.get((side, name))
    if written is not None:
        table[name] = _match(written, name)
        return
    alone = count == 1 and not declared
    found = _by_itself(name, alone, side, entries, join, matches)
    if found is None:
        matches.complete = False
        _unbound(name, side, entries, join)
    else:
        table[name] = found


def _by_itself(
    name: str,
    alone: bool,
    side: _Side,
    entries: int | None,
    join: _Join,
    matches: Matches,
) -> Match | None:
    """The field that a name gets without a binding, if there is one to take.

    `alone` says that the model has no other name on this side, and the data no binding.
    """
    source = join.source
    if isinstance(source, BuiltinSource):
        fields = [item.name for item in source.data_fields if item.role == side]
        if alone and len(fields) == 1:
            taken = {match.name.lower() for match in matches.inputs.values()}
            own = fields[0] if fields[0].lower() not in taken else f"{fields[0]}_target"
            return Match(name if side == "input" else own, (fields[0],))
        return Match(name, (name,)) if name in fields else None
    if name == ONLY_OUTPUT or (isinstance(source, Csv) and entries != 1):
        return None
    return Match(name, (name,))


def _unbound(name: str, side: _Side, entries: int | None, join: _Join) -> None:
    data = join.data
    table = isinstance(join.source, Csv)
    fields = 'array("…")'
    if table:
        fields = 'columns("first" .. "last")' if entries != 1 else 'column("…")'
    what = f"{'input' if side == 'input' else 'output'} {name}"
    if name == ONLY_OUTPUT:
        what, name = "output", "label"
    declared = [item.name for item in join.declared[side]]
    expected = f"a binding: {side} {name} = {fields}"
    if name == "label" and len(declared) > 1:
        expected = f"one of the targets {', '.join(declared)} called {ONLY_OUTPUT}"
    origin = join.origins.find(name)
    note = Note(f"the {what} is here", origin.span if origin else None)
    notes = (note,) if origin else ()
    near = join.report.near(name, declared)
    if near is not None:
        (place, *_) = [item.span for item in join.declared[side] if item.name == near]
        message = f"the {what} of {join.network.name} has no binding; this is {near}"
        join.report.error("unbound", message, place, suggestion=name, notes=notes)
        return
    join.report.error(
        "unbound",
        f"the {what} of {join.network.name} gets no field of {data.name}",
        data.span,
        expected=expected,
        notes=notes,
    )


def _unused(join: _Join) -> None:
    """Note the bindings that this model has no use for."""
    network = join.network
    names = {
        "input": {item.name for item in network.inputs},
        "target": {item.name for item in network.outputs},
    }
    for binding in join.data.bindings:
        wanted = names.get(binding.role)
        if wanted is None or binding.name in wanted:
            continue
        if len(join.declared[binding.role]) == len(wanted) == 1:
            continue
        join.report.error(
            "unused-binding",
            f"the model {network.name} has no {binding.role} called {binding.name}",
            binding.span,
            expected=one_of(wanted),
            suggestion=join.report.near(binding.name, wanted),
            level=Level.NOTE,
        )


def _distinct(matches: Matches, report: Report) -> None:
    seen: dict[str, Match] = {}
    for match in matches.all():
        first = seen.setdefault(match.name.lower(), match)
        if first is not match:
            matches.complete = False
            message = f"a batch cannot hold two arrays called {match.name}"
            report.error("name-clash", message, match.span or first.span)
