"""What is said of a word of the language that is no construct."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Statement"]


@dataclass(frozen=True)
class Statement:
    """A word, where it stands, what it says, and a line that uses it."""

    word: str
    place: str
    meaning: str
    example: str
