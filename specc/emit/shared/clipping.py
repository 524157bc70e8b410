"""Which way an optimizer clips gradients."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ...catalog.families import Optimizer
from ...catalog.optimizers import ClippedOptimizer

__all__ = ["Clipping", "clipping"]

Way = Literal["clipvalue", "clipnorm", "global_clipnorm"]
_WAYS: tuple[Way, ...] = ("clipvalue", "clipnorm", "global_clipnorm")


class Clipping(NamedTuple):
    """How gradients are clipped, named as the argument, and the bound."""

    way: Way
    limit: float


def clipping(optimizer: Optimizer) -> Clipping | None:
    """How an optimizer clips; None where it does not."""
    assert isinstance(optimizer, ClippedOptimizer), "all optimizers can clip"
    for way in _WAYS:
        limit = getattr(optimizer, way)
        if limit is not None:
            return Clipping(way, limit)
    return None
