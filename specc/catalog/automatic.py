"""The names of layers that a spec gives none."""

from __future__ import annotations

import re

__all__ = ["is_automatic", "snake_case"]

_BEFORE_WORD = re.compile(r"(.)([A-Z][a-z]+)")
_BEFORE_CAPITAL = re.compile(r"([a-z])([A-Z])")


def snake_case(keyword: str) -> str:
    """``max_pooling2d`` for ``MaxPooling2D``."""
    spaced = _BEFORE_WORD.sub(r"\1_\2", keyword)
    return _BEFORE_CAPITAL.sub(r"\1_\2", spaced).lower()


def is_automatic(name: str, keyword: str) -> bool:
    """Whether a name looks as if nobody had given it: the keyword and a number."""
    return re.search(rf"(^|[_/]){snake_case(keyword)}_\d+$", name) is not None
