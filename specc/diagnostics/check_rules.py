"""Rules about meaning: names, values, shapes, training, and what is probably a mistake."""

from __future__ import annotations

from .lint_rules import LINT_RULES
from .model_rules import MODEL_RULES
from .name_rules import NAME_RULES
from .rule import Rule
from .training_rules import TRAINING_RULES
from .value_rules import VALUE_RULES

__all__ = ["CHECK_RULES"]

CHECK_RULES: tuple[Rule, ...] = (
    *NAME_RULES,
    *VALUE_RULES,
    *MODEL_RULES,
    *TRAINING_RULES,
    *LINT_RULES,
)
