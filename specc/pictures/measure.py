"""How wide text is, without a font at hand."""

from __future__ import annotations

from unicodedata import east_asian_width

__all__ = ["text_width"]

#: Widths of characters in units of the size, on the wide side of the common sans serifs.
_NARROW, _USUAL, _CAPITAL, _BROAD, _FULL = 0.34, 0.58, 0.72, 0.9, 1.05
_THIN = frozenset("iljtfrI.,:;'|!()[] /")
_THICK = frozenset("mwMW@%…→")


def text_width(text: str, size: float) -> float:
    """About how wide a text of that size is, in the same unit."""
    return size * sum(map(_width, text))


def _width(character: str) -> float:
    if character in _THIN:
        return _NARROW
    if character in _THICK:
        return _BROAD
    if character.isascii():
        return _CAPITAL if character.isupper() else _USUAL
    return _FULL if east_asian_width(character) in "WF" else _CAPITAL
