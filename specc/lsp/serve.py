"""The requests of an editor, each handed to the file that answers it."""

from __future__ import annotations

import logging
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from ..syntax.format import FormatError, format_source
from .completion import complete
from .diagnostics import shown
from .document import Document
from .fixes import Fix, fixes
from .hover import hover
from .index import Occurrence
from .items import resolve
from .navigation import definitions, elsewhere, references
from .outline import outline
from .positions import Lines
from .rename import RefusedError, renamable, rename
from .server import PAUSE, Server

__all__ = ["serve"]

#: LSP: the request is right, and cannot be fulfilled.
REQUEST_FAILED = -32803

server = Server()


def serve() -> bool:
    """Serve the editor at standard input and output until it ends; whether it said so."""
    logging.getLogger("pygls").addHandler(logging.NullHandler())
    logging.getLogger("pygls").propagate = False
    try:
        server.start_io()
    finally:
        server.end()
    return server.ended


# The life of the server and of documents -----------------------------------------------


@server.feature(types.INITIALIZE)
def _initialize(params: types.InitializeParams) -> None:
    server.encoding = str(server.workspace.position_encoding)
    server.snippets = _snippets(params.capabilities)
    server.prepare()


def _snippets(capabilities: types.ClientCapabilities) -> bool:
    """Whether the editor fills in placeholders."""
    asked = (
        capabilities.text_document.completion if capabilities.text_document else None
    )
    item = asked.completion_item if asked else None
    return bool(item and item.snippet_support)


@server.feature(types.SHUTDOWN)
def _shutdown(params: None) -> None:
    server.ended = True


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def _open(params: types.DidOpenTextDocumentParams) -> None:
    opened = params.text_document
    server.update(opened.uri, opened.text, opened.version, 0.0)


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def _change(params: types.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    if uri in server.documents and params.content_changes:
        text = params.content_changes[-1].text
        server.update(uri, text, params.text_document.version, PAUSE)


@server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
def _close(params: types.DidCloseTextDocumentParams) -> None:
    server.close(params.text_document.uri)


# Requests --------------------------------------------------------------------------------


@server.feature(
    types.TEXT_DOCUMENT_COMPLETION,
    types.CompletionOptions(
        trigger_characters=["(", "=", ",", "[", ">", ":", " ", '"'],
        resolve_provider=True,
    ),
)
def _complete(params: types.CompletionParams) -> list[types.CompletionItem]:
    document = server.document(params.text_document.uri)
    if document is None:
        return []
    return complete(document, params.position, server.snippets)


@server.feature(types.COMPLETION_ITEM_RESOLVE)
def _resolve(item: types.CompletionItem) -> types.CompletionItem:
    return resolve(item)


@server.feature(types.TEXT_DOCUMENT_HOVER)
def _hover(params: types.HoverParams) -> types.Hover | None:
    document = server.document(params.text_document.uri)
    return hover(document, params.position) if document else None


@server.feature(types.TEXT_DOCUMENT_DEFINITION)
def _definition(params: types.DefinitionParams) -> list[types.Location]:
    uri = params.text_document.uri
    document = server.document(uri)
    if document is None:
        return []
    offset = document.lines.offset(params.position)
    found = definitions(document, offset)
    span = elsewhere(document, offset) if not found else None
    if span is not None:
        lines = Lines(span.source.text, document.encoding)
        other = Path(span.source.name).absolute().as_uri()
        return [types.Location(other, lines.of(span))]
    return [_location(document, uri, item) for item in found]


@server.feature(types.TEXT_DOCUMENT_REFERENCES)
def _references(params: types.ReferenceParams) -> list[types.Location]:
    uri = params.text_document.uri
    document = server.document(uri)
    if document is None:
        return []
    offset = document.lines.offset(params.position)
    found = references(document, offset, params.context.include_declaration)
    return [_location(document, uri, item) for item in found]


@server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
def _highlight(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
    document = server.document(params.text_document.uri)
    if document is None:
        return []
    found = references(document, document.lines.offset(params.position), True)
    kinds = types.DocumentHighlightKind
    return [
        types.DocumentHighlight(
            document.lines.range(item.start, item.end),
            kinds.Write if item.defines else kinds.Read,
        )
        for item in found
    ]


@server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def _symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    document = server.document(params.text_document.uri)
    return outline(document) if document else []


@server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
def _prepare_rename(
    params: types.PrepareRenameParams,
) -> types.PrepareRenamePlaceholder | None:
    document = server.document(params.text_document.uri)
    if document is None:
        return None
    try:
        found = renamable(document, document.lines.offset(params.position))
    except RefusedError as refused:
        raise JsonRpcException(str(refused), REQUEST_FAILED) from None
    range = document.lines.range(found.start, found.end)
    return types.PrepareRenamePlaceholder(range, found.symbol.name)


@server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
def _rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
    uri = params.text_document.uri
    document = server.document(uri)
    if document is None:
        return None
    try:
        found = rename(
            document, document.lines.offset(params.position), params.new_name
        )
    except RefusedError as refused:
        raise JsonRpcException(str(refused), REQUEST_FAILED) from None
    edits = [
        types.TextEdit(document.lines.range(item.start, item.end), params.new_name)
        for item in found
    ]
    return types.WorkspaceEdit({uri: edits})


@server.feature(types.TEXT_DOCUMENT_FORMATTING)
def _format(params: types.DocumentFormattingParams) -> list[types.TextEdit]:
    document = server.document(params.text_document.uri)
    if document is None:
        return []
    try:
        text = format_source(document.source)
    except FormatError:
        return []  # its problems are shown already
    if text == document.text:
        return []
    return [types.TextEdit(document.lines.whole(), text)]


@server.feature(
    types.TEXT_DOCUMENT_CODE_ACTION,
    types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix]),
)
def _actions(params: types.CodeActionParams) -> list[types.CodeAction]:
    uri = params.text_document.uri
    document = server.document(uri)
    only = params.context.only
    wanted = only is None or any(kind in ("", "quickfix") for kind in only)
    if document is None or not wanted:
        return []
    start = document.lines.offset(params.range.start)
    end = document.lines.offset(params.range.end)
    return [_action(document, uri, fix) for fix in fixes(document, start, end)]


def _action(document: Document, uri: str, fix: Fix) -> types.CodeAction:
    edit = types.TextEdit(document.lines.range(fix.start, fix.end), fix.text)
    return types.CodeAction(
        title=fix.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[shown(fix.problem, document, uri)],
        is_preferred=fix.preferred,
        edit=types.WorkspaceEdit({uri: [edit]}),
    )


def _location(document: Document, uri: str, item: Occurrence) -> types.Location:
    return types.Location(uri, document.lines.range(item.start, item.end))
