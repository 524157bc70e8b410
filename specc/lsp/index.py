"""Where the names of a text are introduced and used.

Made from the syntax tree alone, so that it is there while the text has errors. What a
bare word means follows from its place, as in the checker: a choice and the keyword of a
construct come before a param.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..syntax import tree

__all__ = ["Index", "Occurrence", "Symbol"]


@dataclass(frozen=True)
class Symbol:
    """What a name stands for.

    Kinds: ``param``, ``block``, ``model``, ``data``, ``training`` of the file;
    ``parameter`` of the block `owner`; ``variable`` of a repetition; ``flow`` (an input,
    a layer or a flow of the model or block `owner`); ``binding`` of the data `owner`;
    ``layer``, the keyword of a construct, introduced by blocks of defaults; ``size``, of
    the model or block `owner`, introduced where it stands first; ``phase`` of a training,
    by the place of its train block.
    """

    kind: str
    owner: str
    name: str


@dataclass(frozen=True)
class Occurrence:
    """One place of a name."""

    symbol: Symbol
    start: int
    end: int
    defines: bool = False


class Index:
    """All occurrences of a file, in the order of the text."""

    def __init__(self, file: tree.File | None) -> None:
        from .walk import Walk

        found = list(dict.fromkeys(Walk(file).occurrences())) if file else []
        self.occurrences = sorted(found, key=lambda item: (item.start, item.end))
        self._joined = _joined(file, self.occurrences) if file else {}

    def at(self, offset: int) -> Occurrence | None:
        """The occurrence that an offset is in, or right behind."""
        for item in self.occurrences:
            if item.start <= offset <= item.end:
                return item
        return None

    def same(self, symbol: Symbol) -> frozenset[Symbol]:
        """The symbols that must keep one name: an output, its loss and its target."""
        return self._joined.get(symbol, frozenset({symbol}))

    def of(self, symbol: Symbol) -> list[Occurrence]:
        """Every place of a symbol, and of those that share its name."""
        same = self.same(symbol)
        return [item for item in self.occurrences if item.symbol in same]

    def definitions(self, symbol: Symbol) -> list[Occurrence]:
        """Where a symbol is introduced."""
        return [item for item in self.of(symbol) if item.defines]


def _joined(
    file: tree.File, occurrences: list[Occurrence]
) -> dict[Symbol, frozenset[Symbol]]:
    """Flows of a model and bindings of its data that go by one name."""
    known = {item.symbol for item in occurrences}
    groups: dict[Symbol, frozenset[Symbol]] = {}
    for model, data in _pairs(file):
        for symbol in known:
            other = Symbol("binding", data, symbol.name)
            if symbol.kind != "flow" or symbol.owner != model or other not in known:
                continue
            group = groups.get(symbol, frozenset({symbol})) | groups.get(
                other, frozenset({other})
            )
            groups.update(dict.fromkeys(group, group))
    return groups


def _pairs(file: tree.File) -> Iterator[tuple[str, str]]:
    """The model and the data of every training."""
    for statement in file.statements:
        if isinstance(statement, tree.Block) and statement.bindings is not None:
            yield statement.bindings.model.text, statement.bindings.data.text
