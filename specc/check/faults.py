"""What pydantic finds wrong with values, as problems at the arguments that hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..diagnostics.model import Span
from ..syntax import tree
from .assign import Given
from .report import Report, quoted_list

__all__ = ["explain"]

_BOUNDS: dict[str, tuple[str, str]] = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
    "multiple_of": ("a multiple of", "multiple_of"),
}


def _sentence(error: ErrorDetails, label: str) -> tuple[str, str, str | None]:
    """Rule, message and expectation for one error of pydantic's."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        value = error["input"]
        bound = f"{words} {context[key]:g}"
        return "out-of-range", f"{label} is {value}, but must be {bound}", bound
    if kind == "finite_number":
        return "number-too-large", f"{label} must be a finite number", None
    if kind == "value_error":
        return "invalid-value", f"{label}: {context['error']}", None
    if kind == "string_too_short":
        return "invalid-value", f"{label} is an empty text", None
    if kind.endswith(("too_short", "too_long")):
        return "invalid-value", f"{label}: {error['msg']}", None
    return "wrong-type", f"{label}: {error['msg']}", None


def _place(location: tuple[int | str, ...], given: Mapping[str, Given]) -> Span | None:
    """The argument, or the item of its list, that an error is about."""
    argument = given.get(str(location[0]))
    if argument is None:
        return None
    value = argument.value
    for step in location[1:]:
        if isinstance(step, int) and isinstance(value, tree.ListExpr):
            return value.items[step].span if step < len(value.items) else argument.span
    return argument.span


def explain(
    error: ValidationError,
    title: str,
    given: Mapping[str, Given],
    span: Span,
    head: Span,
    faulty: set[str],
    report: Report,
    inherited: Callable[[str], Span | None] = lambda name: None,
    label: str | None = None,
) -> None:
    """Report the errors of a construct's validation.

    Args:
        error: what pydantic raised.
        title: what the construct is called.
        given: its arguments.
        span: the whole call, for what concerns several arguments.
        head: its name, for arguments that are missing.
        faulty: fields that are known to be wrong: nothing more is said of them.
        report: takes the problems.
        inherited: the place of a value that came from a ``defaults`` block.
        label: what a value is called where it is not an argument of that name.
    """
    missing: list[str] = []
    for detail in error.errors(include_url=False):
        location: tuple[Any, ...] = detail["loc"]
        name = str(location[0]) if location else ""
        if name in faulty or (not location and faulty):
            continue
        if detail["type"] == "missing":
            missing.append(name)
        elif not location:
            context = detail.get("ctx", {})
            why = str(context.get("error", detail["msg"]))
            report.error("conflicting-arguments", f"{title}: {why}", span)
        else:
            called = label or f"{name} of {title}"
            rule, message, expected = _sentence(detail, called)
            place = _place(location, given) or inherited(name) or span
            report.error(rule, message, place, expected=expected)
    if missing:
        message = f"{title} needs {quoted_list(missing)}"
        report.error("missing-argument", message, head, suggestion=f"{missing[0]} = …")
