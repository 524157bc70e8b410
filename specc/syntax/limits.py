"""Bounds on what is read, so that no text takes more time or memory than its size."""

from __future__ import annotations

from typing import Final

__all__ = [
    "MAX_BYTES",
    "MAX_IDENTIFIER",
    "MAX_NESTING",
    "MAX_NUMBER",
    "MAX_OPERATORS",
    "MAX_PROBLEMS",
    "MAX_TOKENS",
]

#: Bytes of a source text.
MAX_BYTES: Final = 1 << 20
#: Words, numbers and signs of a source text.
MAX_TOKENS: Final = 400_000
#: Letters of an identifier.
MAX_IDENTIFIER: Final = 64
#: Digits and signs of a number.
MAX_NUMBER: Final = 64
#: Levels of brackets and of ``else if``.
MAX_NESTING: Final = 64
#: Operators within one another.
MAX_OPERATORS: Final = 64
#: Problems of one text that are reported.
MAX_PROBLEMS: Final = 100
