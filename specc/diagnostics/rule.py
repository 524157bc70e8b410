"""A kind of problem."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Level

__all__ = ["Rule"]


@dataclass(frozen=True)
class Rule:
    """A kind of problem: what its slug means, and how to mend a breach."""

    slug: str
    summary: str
    explanation: str
    level: Level = Level.ERROR
    reference: str = ""
