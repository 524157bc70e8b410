"""Data blocks made by hand, as the checker makes them of a spec."""

from __future__ import annotations

from typing import Any

from specc import ir
from specc.catalog.types import Portion
from specc.diagnostics.model import Source, Span

TEXT = "data Table { source = here }"


def span(text: str, word: str) -> Span:
    """The place of a word in a text of one line."""
    start = text.index(word)
    end = start + len(word)
    return Span(Source("a.nnspec", text), start, end, 1, start + 1, 1, end + 1)


def binding(name: str, *columns: str, **more: Any) -> ir.Binding:
    """An input of one number, unless `more` says otherwise."""
    given = {"role": "input", "dtype": "float32", "shape": (), **more}
    return ir.Binding(name=name, columns=columns or (name,), **given)


def block(source: Any, *bindings: ir.Binding, **more: Any) -> ir.Data:
    """A data block; portions are given as ``(20, "%")``."""
    for part in ("test", "validation"):
        if part in more:
            value, unit = more[part]
            more[part] = Portion(value=float(value), unit=unit)
    return ir.Data(name="Table", source=source, bindings=bindings, **more)
