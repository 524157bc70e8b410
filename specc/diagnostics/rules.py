"""The rules that problems name: slugs, with what they mean and how to mend a breach."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Level

__all__ = ["RULES", "Rule"]


@dataclass(frozen=True)
class Rule:
    """A kind of problem."""

    slug: str
    summary: str
    explanation: str
    level: Level = Level.ERROR
    reference: str = ""


_ALL: tuple[Rule, ...] = (
    Rule(
        "syntax",
        "the text does not follow the grammar",
        "The words and signs stand in an order that no statement of the language has.",
    ),
)

RULES: dict[str, Rule] = {rule.slug: rule for rule in _ALL}
