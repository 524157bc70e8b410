"""All rules by slug. Each part of specc declares its own in a file of its own."""

from __future__ import annotations

from .check_rules import CHECK_RULES
from .data_rules import DATA_RULES
from .request_rules import REQUEST_RULES
from .rule import Rule
from .run_rules import RUN_RULES
from .syntax_rules import SYNTAX_RULES

__all__ = ["RULES", "RULE_SETS", "Rule"]

#: The rules of each part; a slug belongs to one of them.
RULE_SETS: tuple[tuple[Rule, ...], ...] = (
    SYNTAX_RULES,
    CHECK_RULES,
    DATA_RULES,
    RUN_RULES,
    REQUEST_RULES,
)

RULES: dict[str, Rule] = {rule.slug: rule for rules in RULE_SETS for rule in rules}
