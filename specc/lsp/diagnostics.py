"""Problems as an editor shows them."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from ..diagnostics.model import Level, Note, Problem, Span
from ..diagnostics.words import sentence
from ..syntax import tree
from .document import Document
from .positions import Lines

__all__ = ["diagnostics", "shown"]

_LEVELS = {
    Level.ERROR: types.DiagnosticSeverity.Error,
    Level.WARNING: types.DiagnosticSeverity.Warning,
    Level.NOTE: types.DiagnosticSeverity.Information,
}


def diagnostics(document: Document, uri: str) -> list[types.Diagnostic]:
    """All problems of a document."""
    return [shown(problem, document, uri) for problem in document.checked.problems]


def shown(problem: Problem, document: Document, uri: str) -> types.Diagnostic:
    """One problem: what it says, the notes with a place as related information."""
    said = [sentence(problem)]
    said += [note.message for note in problem.notes if note.span is None]
    unused = problem.rule.startswith("unused-")
    span, notes = problem.span, list(problem.notes)
    if span is not None and span.source != document.source:
        # Shown where the file is imported that it is in.
        said.insert(0, f"in {span.source.name}, line {span.line}")
        notes.insert(0, Note(problem.message, span))
        span = _import(document)
    return types.Diagnostic(
        range=document.lines.of(span),
        message="; ".join(said),
        severity=_LEVELS[problem.level],
        code=problem.rule,
        source="specc",
        related_information=[
            _related(note, note.span, document, uri) for note in notes if note.span
        ],
        tags=[types.DiagnosticTag.Unnecessary] if unused else None,
    )


def _import(document: Document) -> Span | None:
    """The first import of a document."""
    for statement in document.current.statements if document.current else ():
        if isinstance(statement, tree.Import):
            return statement.span
    return None


def _related(
    note: Note, span: Span, document: Document, uri: str
) -> types.DiagnosticRelatedInformation:
    """A place that explains, in this file or in one that it imports."""
    lines = document.lines
    if span.source != document.source:
        lines = Lines(span.source.text, document.encoding)
        uri = Path(span.source.name).absolute().as_uri()
    place = types.Location(uri, lines.of(span))
    return types.DiagnosticRelatedInformation(place, note.message)
