"""What is written around a layer."""

from __future__ import annotations

from dataclasses import replace

from ...syntax import tree
from ..report import Report
from ..scope import Scope
from ..statements import as_call
from ..wording import plain_text

__all__ = ["inside", "is_around", "wrapped"]


def wrapped(scope: Scope, keyword: str) -> Scope:
    """The scope of a layer with a wrapper around it."""
    return replace(scope, over_time=scope.over_time + 1, wrapper=keyword)


def is_around(call: tree.Call) -> bool:
    """Whether a wrapper has the form that it should."""
    return len(call.arguments) == 1 and call.arguments[0].name is None


def inside(call: tree.Call, report: Report) -> tree.Expression | None:
    """The layer that a wrapper is written around; None, and a problem, if it is none."""
    keyword = call.name.text
    example = f"{keyword}(Dense(8))"
    expected = f"one layer, block or model, such as {example}"
    if not call.arguments:
        message = f"{keyword} needs a layer"
        report.error("missing-argument", message, call.span, suggestion=example)
        return None
    first, *others = call.arguments
    if others:
        message = f"{keyword} takes one layer, and its arguments within it"
        span = others[0].span
        report.error("too-many-arguments", message, span, expected=expected)
        return None
    if first.name is not None or as_call(first.value) is None:
        shown = plain_text(first.value)
        message = f"{keyword} is written around a layer, and {shown} is none"
        if first.name is not None:
            message = f"{keyword} takes its layer without a name"
        report.error("wrong-type", message, first.span, expected=expected)
        return None
    return first.value
