"""The figures of a run's epochs: one JSON object a line, one line an epoch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..diagnostics.json_object import unreadable
from ..diagnostics.model import Source

__all__ = ["read_history"]


def read_history(path: Path) -> list[dict[str, Any]]:
    """The figures of all epochs, in the file of a run.

    A crash cuts the last line short and no other; only that one may be left out.

    Raises:
        Fault: a line before the last is not what was written.
    """
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    found: list[dict[str, Any]] = []
    for number, line in enumerate(lines):
        figures = _figures(line)
        if figures is not None and (not found or figures["epoch"] > found[-1]["epoch"]):
            found.append(figures)
            continue
        if not any(lines[number + 1 :]):  # the last, or what follows the last newline
            break
        text = b"\n".join(lines).decode(errors="replace")
        start = sum(len(x.decode(errors="replace")) + 1 for x in lines[:number])
        raise unreadable(
            Source(str(path), text),
            f"line {number + 1} of {path} is not the figures of an epoch",
            start,
            start + len(line.decode(errors="replace")),
            expected="a JSON object; only the last line may be cut short, by a crash",
        )
    return found


def _figures(line: bytes) -> dict[str, Any] | None:
    """The figures of a line; None if it holds none."""
    try:
        found: Any = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    figures: dict[str, Any] = found  # pyright: ignore[reportUnknownVariableType]
    whole = all(
        type(v) in ((str,) if name == "phase" else (int, float, type(None)))
        for name, v in figures.items()
    )
    epoch = figures.get("epoch")
    return figures if whole and type(epoch) is int and epoch > 0 else None
