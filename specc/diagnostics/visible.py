"""Characters that must not reach a terminal as they are.

A control character can move the cursor, and one that changes the direction of text can
show a line as what it is not.
"""

from __future__ import annotations

import re
from unicodedata import combining, east_asian_width, name

__all__ = ["FORBIDDEN", "cells", "described", "visible"]

#: Control and format characters (those that change the direction of text among them),
#: separators of lines other than LF and CRLF, and halves of surrogate pairs.
FORBIDDEN = re.compile(
    "["
    "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\xad\\u0600-\\u0605\\u061c\\u06dd\\u070f"
    "\\u0890\\u0891\\u08e2\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f"
    "\\ud800-\\udfff\\ufeff\\ufff9-\\ufffb\\U000110bd\\U000110cd\\U00013430-\\U0001343f"
    "\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e007f"
    "]|\\r(?!\\n)"
)
_UNSHOWN = re.compile(f"{FORBIDDEN.pattern}|[\\n\\r]")


def visible(text: str) -> str:
    """A text on one line, with ``<U+202E>`` for what must not be shown as it is."""
    shown = text.replace("\t", "    ")
    return _UNSHOWN.sub(lambda match: f"<U+{ord(match[0]):04X}>", shown)


def described(character: str) -> str:
    """A character for a message: itself where it shows, else its number and name."""
    if character.isprintable() and character != " ":
        return character
    known = name(character, "").lower()
    return f"U+{ord(character):04X}{f' ({known})' if known else ''}"


def cells(shown: str) -> int:
    """The columns of a terminal that a visible text takes."""
    if shown.isascii():
        return len(shown)
    return sum(
        0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in shown
    )
