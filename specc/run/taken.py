"""Trained weights on their way from one run to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..diagnostics.model import Problem
from .weights import Arrays

__all__ = ["Taken", "beginning_with"]


@dataclass(frozen=True)
class Taken:
    """Trained arrays by source and path, what is kept of them, and what to say of them."""

    arrays: Mapping[str, Arrays] = field(default_factory=dict[str, Arrays])
    record: tuple[dict[str, Any], ...] = ()
    problems: tuple[Problem, ...] = ()


def beginning_with(arrays: Mapping[str, Arrays]) -> dict[str, Any]:
    """The argument of `init_state` that hands trained arrays over, where there are any."""
    return {"reused": dict(arrays)} if arrays else {}
