"""Problems as an editor shows them."""

from __future__ import annotations

from lsprotocol import types

from ..diagnostics.model import Level, Note, Problem
from ..diagnostics.words import sentence
from .document import Document

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
    return types.Diagnostic(
        range=document.lines.of(problem.span),
        message="; ".join(said),
        severity=_LEVELS[problem.level],
        code=problem.rule,
        source="specc",
        related_information=[
            _related(note, document, uri) for note in problem.notes if note.span
        ],
        tags=[types.DiagnosticTag.Unnecessary] if unused else None,
    )


def _related(
    note: Note, document: Document, uri: str
) -> types.DiagnosticRelatedInformation:
    place = types.Location(uri, document.lines.of(note.span))
    return types.DiagnosticRelatedInformation(place, note.message)
