"""From a use of a name to where it is introduced, and to all its uses."""

from __future__ import annotations

from ..diagnostics.model import Span
from ..syntax import tree
from .document import Document
from .index import Occurrence
from .units import Names

__all__ = ["definitions", "elsewhere", "references"]


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


def elsewhere(document: Document, offset: int) -> Span | None:
    """Where an imported file introduces the param, block, model or data at an offset."""
    found = document.index.at(offset)
    if found is not None and found.symbol.kind != "layer":
        return None
    tokens = document.scanned.tokens
    word = next((t for t in tokens if t.start <= offset <= t.end), None)
    if word is None or word.type != "WORD":
        return None
    names = Names(None, document.imported)
    for table in (names.params, names.blocks, names.models, names.data):
        declared = table.get(word.text)
        if declared is not None and declared.name is not None:
            return declared.name.span
    return None


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
