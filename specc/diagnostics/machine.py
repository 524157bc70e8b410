"""Problems for programs: JSON, GitHub's workflow commands, and SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from .model import Level, Note, Problem, Span
from .rules import RULES
from .visible import visible
from .words import sentence

__all__ = ["render_github", "render_json", "render_sarif"]

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_GITHUB_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


# JSON -------------------------------------------------------------------------------


def render_json(problems: Iterable[Problem]) -> str:
    """``{"problems": [{"rule", "level", "message", "file", "line", …}, …]}``.

    Lines and columns count from 1, offsets from 0, all in characters; `end_column` and
    `end` are those after the last character. A problem without a place has null there.
    """
    return json.dumps({"problems": [_as_json(p) for p in problems]}, indent=2)


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "level": problem.level.value,
        "message": problem.message,
        "expected": problem.expected,
        "suggestion": problem.suggestion,
        **_place(problem.span),
        "notes": [
            {"message": note.message, **_place(note.span)} for note in problem.notes
        ],
    }


def _place(span: Span | None) -> dict[str, Any]:
    names = ("line", "column", "end_line", "end_column", "start", "end")
    if span is None:
        return {"file": None, **dict.fromkeys(names)}
    return {"file": span.source.name, **{name: getattr(span, name) for name in names}}


# GitHub -----------------------------------------------------------------------------


def render_github(problems: Iterable[Problem]) -> str:
    """A workflow command for each problem, which GitHub shows at its line."""
    return "\n".join(map(_command, problems))


def _command(problem: Problem) -> str:
    properties = {"title": problem.rule}
    if (span := problem.span) is not None:
        properties |= {
            "file": span.source.name,
            "line": str(span.line),
            "endLine": str(span.end_line),
        }
        if span.line == span.end_line:
            last = max(span.end_column - 1, span.column)
            properties |= {"col": str(span.column), "endColumn": str(last)}
    listed = ",".join(f"{name}={_property(text)}" for name, text in properties.items())
    return f"::{_GITHUB_LEVELS[problem.level]} {listed}::{_data(sentence(problem))}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


# SARIF ------------------------------------------------------------------------------


def render_sarif(problems: Iterable[Problem]) -> str:
    """A log in the Static Analysis Results Interchange Format."""
    found = list(problems)
    slugs = sorted({problem.rule for problem in found})
    driver = {"name": "specc", "rules": [_sarif_rule(slug) for slug in slugs]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(problem, slugs) for problem in found],
    }
    return json.dumps(
        {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2
    )


def _sarif_rule(slug: str) -> dict[str, Any]:
    rule = RULES.get(slug)
    if rule is None:
        return {"id": slug}
    return {
        "id": slug,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.explanation},
        "defaultConfiguration": {"level": rule.level.value},
    }


def _sarif_result(problem: Problem, slugs: list[str]) -> dict[str, Any]:
    located = [note for note in problem.notes if note.span is not None]
    said = [sentence(problem), *(n.message for n in problem.notes if n.span is None)]
    return {
        "ruleId": problem.rule,
        "ruleIndex": slugs.index(problem.rule),
        "level": problem.level.value,
        "message": {"text": "; ".join(said)},
        "locations": [] if problem.span is None else [_sarif_location(problem.span)],
        "relatedLocations": [_sarif_note(note) for note in located],
    }


def _sarif_note(note: Note) -> dict[str, Any]:
    location = {} if note.span is None else _sarif_location(note.span)
    return {**location, "message": {"text": note.message}}


def _sarif_location(span: Span) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {
                "uri": quote(span.source.name, errors="surrogatepass")
            },
            "region": {
                "startLine": span.line,
                "startColumn": span.column,
                "endLine": span.end_line,
                "endColumn": span.end_column,
                "charOffset": span.start,
                "charLength": span.end - span.start,
            },
        }
    }
