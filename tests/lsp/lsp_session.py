"""A real client and a real server process, spoken to as an editor would."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60

_Result = TypeVar("_Result")


class Session:
    """An editor with one server; every method waits for the answer."""

    def __init__(self, *encodings: str, snippets: bool = True) -> None:
        self.loop = asyncio.new_event_loop()
        self.client = LanguageClient("test", "1")
        self.published: dict[str, list[types.PublishDiagnosticsParams]] = {}
        self.messages: list[str] = []
        self._listen()
        self.version = 0
        self.texts: dict[str, str] = {}
        self.wait(
            self.client.start_io(sys.executable, "-m", "specc.cli", "lsp", cwd=ROOT)
        )
        item = types.ClientCompletionItemOptions(snippet_support=snippets)
        answer = self.wait(
            self.client.initialize_async(
                types.InitializeParams(
                    capabilities=types.ClientCapabilities(
                        general=types.GeneralClientCapabilities(
                            position_encodings=list(encodings) or None
                        ),
                        text_document=types.TextDocumentClientCapabilities(
                            completion=types.CompletionClientCapabilities(
                                completion_item=item
                            )
                        ),
                    )
                )
            )
        )
        self.capabilities = answer.capabilities
        self.client.initialized(types.InitializedParams())

    def wait(self, awaitable: Awaitable[_Result]) -> _Result:
        """The result of a coroutine."""
        return self.loop.run_until_complete(asyncio.wait_for(awaitable, SECONDS))

    def _listen(self) -> None:
        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: types.PublishDiagnosticsParams) -> None:
            self.published.setdefault(params.uri, []).append(params)

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)
        def _(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)

    # Documents ------------------------------------------------------------------------

    def open(self, text: str, name: str = "a.nnspec") -> str:
        """Open a text; its address."""
        uri = f"file:///nowhere/{name}"
        if uri in self.texts:
            self.change(uri, text)
            return uri
        self.version += 1
        self.texts[uri] = text
        item = types.TextDocumentItem(uri, "nnspec", self.version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, text: str) -> None:
        """Replace the text of a document."""
        self.version += 1
        self.texts[uri] = text
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self.version, uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    def problems(self, uri: str) -> list[types.Diagnostic]:
        """The problems of the last version, once they are published."""
        version = self.version

        async def published() -> list[types.Diagnostic]:
            while True:
                for params in self.published.get(uri, []):
                    if params.version == version:
                        return list(params.diagnostics)
                await asyncio.sleep(0.01)

        return self.wait(published())

    # Requests -------------------------------------------------------------------------

    def at(self, uri: str, offset: int) -> dict[str, Any]:
        """The arguments of a request about a place, in UTF-16."""
        before = self.texts[uri][:offset]
        line = before.count("\n")
        units = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
        document = types.TextDocumentIdentifier(uri)
        return {"text_document": document, "position": types.Position(line, units)}

    def complete(self, text: str, name: str = "a.nnspec") -> dict[str, Any]:
        """The items where the text has ``|``, by label."""
        offset = text.index("|")
        uri = self.open(text.replace("|", "", 1), name)
        params = types.CompletionParams(**self.at(uri, offset))
        found = self.wait(self.client.text_document_completion_async(params))
        items = found.items if isinstance(found, types.CompletionList) else found
        return {item.label: item for item in items or ()}

    def hover(self, text: str) -> str:
        """What is told where the text has ``|``."""
        offset = text.index("|")
        uri = self.open(text.replace("|", "", 1))
        params = types.HoverParams(**self.at(uri, offset))
        found = self.wait(self.client.text_document_hover_async(params))
        return found.contents.value if found else ""

    def definition(self, text: str) -> list[str]:
        """What stands where that is introduced which the text has ``|`` before."""
        offset = text.index("|")
        uri = self.open(text.replace("|", "", 1))
        params = types.DefinitionParams(**self.at(uri, offset))
        found = self.wait(self.client.text_document_definition_async(params))
        return [self.stands(uri, item.range) for item in found or ()]

    def rename(self, text: str, name: str) -> str:
        """The text after the name at ``|`` was replaced everywhere."""
        offset = text.index("|")
        uri = self.open(text.replace("|", "", 1))
        params = types.RenameParams(new_name=name, **self.at(uri, offset))
        edit = self.wait(self.client.text_document_rename_async(params))
        return self.edited(uri, edit.changes[uri]) if edit else self.texts[uri]

    def actions(self, uri: str, range: types.Range) -> dict[str, types.CodeAction]:
        """Quick fixes for a stretch, by title."""
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(uri), range, types.CodeActionContext([])
        )
        found = self.wait(self.client.text_document_code_action_async(params))
        return {item.title: item for item in found or ()}

    # Texts ----------------------------------------------------------------------------

    def offset(self, uri: str, position: types.Position) -> int:
        """The offset of a position in UTF-16."""
        lines = self.texts[uri].split("\n")
        before = sum(len(line) + 1 for line in lines[: position.line])
        line = lines[position.line] if position.line < len(lines) else ""
        units = line.encode("utf-16-le")[: 2 * position.character]
        return before + len(units.decode("utf-16-le"))

    def stands(self, uri: str, range: types.Range) -> str:
        """The text of a range, with its line counted from 1."""
        start, end = self.offset(uri, range.start), self.offset(uri, range.end)
        return f"{range.start.line + 1}: {self.texts[uri][start:end]}"

    def edited(self, uri: str, edits: list[types.TextEdit]) -> str:
        """The text of a document with edits."""
        text = self.texts[uri]
        places = [
            (self.offset(uri, e.range.start), self.offset(uri, e.range.end), e.new_text)
            for e in edits
        ]
        for start, end, new in sorted(places, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def end(self, *, shutdown: bool = True) -> int:
        """End the server; its exit status."""
        if shutdown:
            self.wait(self.client.shutdown_async(None))
        self.client.exit(None)
        process = self.client._server
        assert process is not None
        status = self.wait(process.wait())
        self.wait(self.client.stop())
        self.loop.close()
        return status
