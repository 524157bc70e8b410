"""Sizes that are known only at run time: where they are declared, what they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..catalog.types import Dim, Shape
from ..diagnostics.model import Note, Span
from .inputs import DeclaredInput

__all__ = ["fits", "open_sizes", "size_notes"]


def open_sizes(shapes: Iterable[Shape]) -> tuple[str, ...]:
    """The names of sizes in some shapes, each once."""
    return tuple(
        dict.fromkeys(dim for shape in shapes for dim in shape if isinstance(dim, str))
    )


def fits(declared: Shape, found: Shape, bound: dict[str, Dim]) -> bool:
    """Whether a tensor is of a declared shape, whose named sizes stand for some size.

    Args:
        declared: the shape of an input of a nested model.
        found: that of what flows into it.
        bound: what names stand for; new ones are added.
    """
    return len(declared) == len(found) and all(
        bound.setdefault(name, size) == size if isinstance(name, str) else name == size
        for name, size in zip(declared, found, strict=True)
    )


def size_notes(
    shapes: Iterable[Shape], inputs: Iterable[DeclaredInput]
) -> Iterator[Note]:
    """Where the named sizes of some shapes come from: the first input that has each."""
    places: dict[str, tuple[str, Span]] = {}
    for item in inputs:
        for name in open_sizes([item.shape or ()]):
            places.setdefault(name, (item.name, item.span))
    for name in open_sizes(shapes):
        if name in places:
            owner, span = places[name]
            yield Note(
                f"no param is called {name}: it is a size of the input {owner}", span
            )
