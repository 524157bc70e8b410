"""Pieces of text that emitted programs of this backend are put together from."""

from __future__ import annotations

from specc.emit.pieces import Import
from specc.emit.shared import Section, naming

from .plan import TABLE

__all__ = ["section"]

_IMPORTS = (
    Import("keras"),
    Import("sys"),
    Import("keras", "layers"),
    Import("tensorflow", None, "tf"),
)


def section(text: str) -> Section:
    """The section with that text, with the pieces and imports that it names."""
    return naming(text, TABLE.packages, _IMPORTS)
