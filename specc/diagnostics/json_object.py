"""JSON that is read back, with the place where it is not what was written."""

from __future__ import annotations

import json
from typing import Any

from .fault import Fault
from .model import Problem, Source, Span

__all__ = ["read_object", "unreadable"]


def read_object(source: Source) -> dict[str, Any]:
    """The JSON object of a text.

    Raises:
        Fault: it is no JSON, or no object.
    """
    head = f"{source.name} is no JSON"
    try:
        found = json.loads(source.text)
    except json.JSONDecodeError as error:
        raise unreadable(source, f"{head}: {error.msg}", error.pos) from None
    except (ValueError, RecursionError) as error:
        raise unreadable(source, f"{head}: {error}") from None
    if not isinstance(found, dict):
        raise unreadable(source, f"{source.name} is no JSON object")
    return found  # pyright: ignore[reportUnknownVariableType]


def unreadable(
    source: Source, why: str, start: int = 0, end: int = 0, expected: str | None = None
) -> Fault:
    """A file of a run is not what was written.

    Args:
        source: the text; `start` and `end` are offsets in it, on one line.
        why: what is wrong.
        expected: what would be right.
    """
    line = source.text.count("\n", 0, start) + 1
    column = start - source.text.rfind("\n", 0, start)
    end = max(start + 1, end)
    span = Span(source, start, end, line, column, line, column + end - start)
    return Fault(Problem("run-unreadable", why, span, expected=expected))
