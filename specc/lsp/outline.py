"""The outline of a document: its declarations, and what is named in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types

from ..check.statements import as_call, head
from ..diagnostics.model import Span
from ..syntax import tree
from .document import Document

__all__ = ["outline"]

_Kind = types.SymbolKind
_KINDS = {
    "model": _Kind.Class,
    "block": _Kind.Function,
    "data": _Kind.Struct,
    "train": _Kind.Event,
    "defaults": _Kind.Object,
}


def outline(document: Document) -> list[types.DocumentSymbol]:
    """The symbols of a document."""
    file = document.current
    return list(_symbols(file.statements, document)) if file else []


def _symbols(
    statements: Iterable[tree.Statement], document: Document
) -> Iterator[types.DocumentSymbol]:
    for statement in statements:
        match statement:
            case tree.Block():
                yield _block(statement, document)
            case tree.InputDecl():
                param = statement.kind.text == "param"
                kind = _Kind.Constant if param else _Kind.Variable
                place, detail = statement.name.span, _text(statement.type.span)
                name = statement.name.text
                yield _symbol(document, name, kind, statement.span, place, detail)
            case tree.Flow():
                yield from _flow(statement, document)
            case tree.Reuse():
                name, place = statement.target.text, statement.target.span
                detail = _text(statement.origin.span)
                yield _symbol(
                    document, name, _Kind.Field, statement.span, place, detail
                )
            case tree.Setting() if statement.kind is not None:
                name = f"{statement.kind.text} {statement.key.text}"
                place = statement.key.span
                yield _symbol(document, name, _Kind.Property, statement.span, place)
            case _:
                continue


def _block(block: tree.Block, document: Document) -> types.DocumentSymbol:
    kind, place = block.kind.text, head(block)
    name, detail = _text(place).removeprefix(f"{kind} ").strip(), kind
    if block.name is not None:
        name, place = block.name.text, block.name.span
    elif block.subject is not None:
        name, detail = f"{kind} {_text(block.subject.span)}", ""
    symbol = _symbol(
        document, name, _KINDS.get(kind, _Kind.Namespace), block.span, place, detail
    )
    inside = [*block.body, *(block.otherwise or ())]
    symbol.children = list(_symbols(inside, document))
    return symbol


def _flow(flow: tree.Flow, document: Document) -> Iterator[types.DocumentSymbol]:
    """A named flow by its name; a layer without one by its keyword."""
    if flow.target is not None:
        shown = _text(flow.steps[-1].span)
        kind = _Kind.Interface if flow.kind else _Kind.Field
        yield _symbol(
            document, flow.target.text, kind, flow.span, flow.target.span, shown
        )
        return
    call = as_call(flow.steps[-1])
    if call is not None and call.name.text != "allow":
        yield _symbol(document, call.name.text, _Kind.Method, flow.span, call.name.span)


def _text(span: Span) -> str:
    """What stands there, on one line."""
    return " ".join(span.source.text[span.start : span.end].split())[:80]


def _symbol(
    document: Document,
    name: str,
    kind: types.SymbolKind,
    whole: Span,
    place: Span,
    detail: str = "",
) -> types.DocumentSymbol:
    lines = document.lines
    # The editor wants the name to lie within the whole.
    range = lines.range(min(whole.start, place.start), max(whole.end, place.end))
    return types.DocumentSymbol(name, kind, range, lines.of(place), detail or None)
