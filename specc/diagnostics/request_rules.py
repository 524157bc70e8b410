"""The rules about requests: what is asked of a correct spec that it cannot give."""

from __future__ import annotations

from .rule import Rule

__all__ = ["REQUEST_RULES"]

REQUEST_RULES: tuple[Rule, ...] = (
    Rule(
        "unknown-backend",
        "no backend of that name is installed",
        "Backends are packages that register themselves; torch, keras and reference come"
        " with specc. specc doctor lists those that there are.",
    ),
    Rule(
        "no-training",
        "a model alone cannot be trained",
        "To train, to verify or to prepare data takes a train block that joins the model"
        " with a data block, a loss and an optimizer.",
    ),
)
