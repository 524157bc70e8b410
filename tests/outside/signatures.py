"""What the rules of a family take and give, read from the tables of all backends."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from specc.backend import backend
from specc.catalog.registry import catalog

SIDES = ("torch", "keras", "reference")


def rows() -> Iterator[str]:
    """A row of the page's table for each family that backends write by themselves."""
    for family in catalog().families():
        cells = [signature(side, family) for side in SIDES]
        if any(cells):
            yield f"| {family} | {' | '.join(f'`{cell}`' for cell in cells)} |"


def signature(side: str, family: str) -> str:
    """``weight, axes → Call``; nothing where the rules are those of all backends."""
    taken: set[str] = set()
    given: set[str] = set()
    for lowering in backend(side).table:
        module = lowering.write.__module__
        if lowering.kind.family == family and module.startswith(f"specc_{side}."):
            shape = inspect.signature(lowering.write)
            taken.add(", ".join([*shape.parameters][1:]) or "–")
            given |= set(shape.return_annotation.split(" | "))
    assert len(taken) < 2, f"{side} has several kinds of rules for {family}: {taken}"
    return f"{taken.pop()} → {' or '.join(sorted(given))}" if taken else ""
