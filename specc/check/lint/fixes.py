"""Mechanical corrections: what of a text is replaced so that a lint finds nothing."""

from __future__ import annotations

import re

from ...diagnostics.model import Edit, Span
from ...ir import Origins

__all__ = ["removed_line", "renamed", "with_argument"]


def with_argument(
    origins: Origins, owner: str, field: str, value: str
) -> tuple[Edit, ...]:
    """The call of an owner with that argument, in the place of the one it has."""
    whole, origin = origins.find(owner), origins.table.get((owner, field))
    if whole is None or whole.span is None:
        return ()
    if origin is not None and origin.span is not None and origin.how == "given":
        written = _text(origin.span)
        named = re.match(rf"{field}\s*=", written)
        return (Edit(origin.span, f"{field} = {value}" if named else value),)
    return (_inserted(whole.span, f"{field} = {value}"),)


def _inserted(call: Span, argument: str) -> Edit:
    """The argument as the last of a call."""
    text = _text(call)
    if not text.endswith(")"):
        return Edit(_place(call, len(text), len(text)), f"({argument})")
    inside = text[: len(text) - 1].rstrip()
    last = inside.rpartition("\n")[2]
    if "#" in last:  # behind a comment, a line of its own
        at, before = len(text) - 1, "\n" if inside.endswith((",", "(")) else "\n, "
    else:
        at = len(inside)
        before = "" if inside.endswith("(") else " " if inside.endswith(",") else ", "
    return Edit(_place(call, at, at), f"{before}{argument}")


def renamed(origins: Origins, owner: str, keyword: str) -> tuple[Edit, ...]:
    """The call of an owner under another keyword."""
    whole = origins.find(owner)
    if whole is None or whole.span is None:
        return ()
    word = re.match(r"\w+", _text(whole.span))
    if word is None:
        return ()
    return (Edit(_place(whole.span, 0, word.end()), keyword),)


def removed_line(span: Span) -> tuple[Edit, ...]:
    """A statement taken away, with its line where it has one of its own."""
    text = span.source.text
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end + 1
    before, behind = text[start : span.start], text[span.end : end]
    if before.strip() or behind.strip():
        return (Edit(span, ""),) if not behind.strip().startswith(";") else ()
    return (Edit(_place(span, start - span.start, end - span.start), ""),)


def _text(span: Span) -> str:
    return span.source.text[span.start : span.end]


def _place(span: Span, start: int, end: int) -> Span:
    """A stretch by offsets from the beginning of another."""
    text = span.source.text
    first, last = span.start + start, span.start + end
    places = [(_line(span, at), at - text.rfind("\n", 0, at)) for at in (first, last)]
    (line, column), (end_line, end_column) = places
    return Span(span.source, first, last, line, column, end_line, end_column)


def _line(span: Span, at: int) -> int:
    """The line of an offset near a span: counted from there, not from the first one."""
    text = span.source.text
    if at < span.start:
        return span.line - text.count("\n", at, span.start)
    return span.line + text.count("\n", span.start, at)
