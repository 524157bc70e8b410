"""Recording where the values of a construct came from."""

from __future__ import annotations

from ..ir import Origins
from .bind import Bound
from .expectation import signature

__all__ = ["record"]


def record(origins: Origins, owner: str, bound: Bound) -> None:
    """Put down the place of a construct and of each of its arguments."""
    origins.put(owner, "", bound.span)
    given, inherited = bound.given, bound.inherited
    for name in signature(bound.kind).parameters:
        if name in given:
            origins.put(owner, name, given[name].span)
        elif name in inherited:
            origins.put(owner, name, inherited[name].span, inherited[name].heading)
        else:
            origins.put(owner, name, bound.span, "default")
