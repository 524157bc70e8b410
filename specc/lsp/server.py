"""The server: the documents that are open in an editor, and when they are checked."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from ..pipeline import UnreadableError, read
from .diagnostics import diagnostics
from .document import Document

__all__ = ["PAUSE", "Server"]

#: Seconds without a change after which a document is checked.
PAUSE = 0.15


class Server(LanguageServer):
    """A language server and the documents that are open in its editor."""

    def __init__(self) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            "specc",
            version("specc"),
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
        )
        self.documents: dict[str, Document] = {}
        self.snippets = False
        self.encoding = "utf-16"
        #: Whether the editor said that it would end.
        self.ended = False
        #: Checks one after the other, beside the answers to requests.
        self._checks = ThreadPoolExecutor(1, "check")
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def document(self, uri: str) -> Document | None:
        """The document of that address: open, or a file.

        None where there is no such thing, and for what is too large to be read.
        """
        known = self.documents.get(uri)
        if known is not None:
            return known if known.readable else None
        path = to_fs_path(uri) if uri.startswith("file:") else None
        try:
            source = read(Path(path)) if path else None
        except UnreadableError:
            return None
        if source is None:
            return None
        return Document(source.name, source.text, encoding=self.encoding)

    def update(self, uri: str, text: str, number: int | None, pause: float) -> None:
        """Take in a text, and check it when it has not changed for a while."""
        self.documents[uri] = Document(
            to_fs_path(uri) or uri,
            text,
            number,
            self.encoding,
            before=self.documents.get(uri),
        )
        self._cancel(uri)
        self._waiting[uri] = asyncio.ensure_future(self._check(uri, pause))

    def close(self, uri: str) -> None:
        """Forget a document, and its problems."""
        self._cancel(uri)
        if self.documents.pop(uri, None) is not None:
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri, [])
            )

    def end(self) -> None:
        """Begin no further check."""
        for uri in list(self._waiting):
            self._cancel(uri)
        self._checks.shutdown(wait=False, cancel_futures=True)

    def prepare(self) -> None:
        """Load what the first check needs, while the editor still opens its windows."""
        self._checks.submit(lambda: Document("", _SMALL).checked)

    def _cancel(self, uri: str) -> None:
        task = self._waiting.pop(uri, None)
        if task is not None:
            task.cancel()

    def _bug(self, error: Exception) -> None:
        """Tell of an error that no text should cause."""
        what = f"{type(error).__name__}: {error}"
        message = f"this is a bug in specc, not in your spec: {what}"
        kind = types.MessageType.Error
        self.window_show_message(types.ShowMessageParams(kind, message))

    async def _check(self, uri: str, pause: float) -> None:
        await asyncio.sleep(pause)
        document = self.documents.get(uri)
        if document is None:
            return
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._checks, _looked_at, document, uri)
        except Exception as error:  # the server serves on
            self._bug(error)
            return
        if self.documents.get(uri) is document:
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri, found, document.version)
            )


def _looked_at(document: Document, uri: str) -> list[types.Diagnostic]:
    """The problems of a document, and what hovering will ask of it made ready."""
    document.prepare()
    return diagnostics(document, uri)


#: A text whose check goes through every stage.
_SMALL = """\
model Net {
  input image: float32[8, 8, 1]
  Flatten
  Dense(10, activation = softmax)
}
data Digits { source = digits; test = 20% }
train Net on Digits {
  loss = sparse_categorical_crossentropy
  optimizer = adam(0.001)
  epochs = 1
}
"""
