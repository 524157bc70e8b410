"""From a use of a name to where it is introduced, and to all its uses."""

from __future__ import annotations

from ..syntax import tree
from .document import Document
from .index import Occurrence
from .units import Names

__all__ = ["definitions", "references"]


def definitions(document: Document, offset: int) -> list[Occurrence]:
    """Where what stands at an offset is introduced.

    The keyword of a layer leads to the defaults in force for it: those of the model or
    block around, and those of the file.
    """
    found = document.index.at(offset)
    if found is None:
        return []
    places = document.index.definitions(found.symbol)
    if found.symbol.kind != "layer":
        return places
    names = Names(document.current)
    spans = [block.span for block in names.defaults]
    around = _unit_around(names, offset)
    spans += [around.span] if around else []
    near = [p for p in places if any(s.start <= p.start < s.end for s in spans)]
    return near or places


def references(document: Document, offset: int, definitions: bool) -> list[Occurrence]:
    """All uses of what stands at an offset, with its definitions where asked."""
    found = document.index.at(offset)
    if found is None:
        return []
    every = document.index.of(found.symbol)
    return [item for item in every if definitions or not item.defines]


def _unit_around(names: Names, offset: int) -> tree.Block | None:
    for block in (*names.blocks.values(), *names.models.values()):
        if block.span.start <= offset < block.span.end:
            return block
    return None
