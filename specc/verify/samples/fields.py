"""Values that a field may take, from its type, its bounds and its present value."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import SerializeAsAny, ValidationError

from ...catalog.construct import Construct
from ...catalog.schedules import Piece
from ...catalog.types import Duration, Member, Portion

__all__ = ["NoAlternative", "alternatives", "first_value"]

Members = Callable[[str], tuple[Construct, ...]]


class NoAlternative(LookupError):
    """The type of a field suggests no second value: give one in `Construct.vary`."""


def alternatives(instance: Construct, name: str, members: Members) -> list[Any]:
    """Values of a field other than the instance's: all kinds of them, few of each.

    `Construct.vary` comes first; then what the type suggests. Values that the field
    itself refuses are left out; whether the whole construct takes them is not asked.

    Raises:
        NoAlternative: there is none.
    """
    kind, current = type(instance), getattr(instance, name)
    found: list[Any] = []
    suggested = [kind.vary[name]] if name in kind.vary else []
    info = kind.model_fields[name]
    typed = _options(info.annotation, tuple(info.metadata), current, members)
    for value in (*suggested, *typed):
        taken = _taken(kind, instance, name, value)
        if taken is not None and taken.value != current and taken.value not in found:
            found.append(taken.value)
    if not found:
        raise NoAlternative(f"{kind.keyword}.{name}")
    return found


def first_value(kind: type[Construct], name: str, members: Members) -> Any:
    """A value for a required field.

    Raises:
        NoAlternative: its type suggests none.
    """
    info = kind.model_fields[name]
    for value in _options(info.annotation, tuple(info.metadata), None, members):
        return value
    raise NoAlternative(f"{kind.keyword}.{name}")


class _Taken:
    def __init__(self, value: Any) -> None:
        self.value = value


def _taken(
    kind: type[Construct], instance: Construct, name: str, value: Any
) -> _Taken | None:
    """The value as the field stores it; None if the field refuses it."""
    fields = {key: getattr(instance, key) for key in kind.model_fields}
    try:
        return _Taken(getattr(kind.model_validate({**fields, name: value}), name))
    except ValidationError as error:
        whole = all(len(problem["loc"]) == 0 for problem in error.errors())
        return _Taken(value) if whole else None


def _options(
    annotation: Any, metadata: tuple[Any, ...], current: Any, members: Members
) -> Iterator[Any]:
    """Candidates for a type; bounds are checked by whoever takes them."""
    annotation, metadata = _unwrapped(annotation, metadata)
    for mark in metadata:
        if isinstance(mark, Member):
            yield from (m for m in members(mark.family) if m != current)
            return
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        yield from _union(get_args(annotation), metadata, current, members)
    elif origin is Literal:
        yield from (value for value in get_args(annotation) if value != current)
    elif origin is tuple:
        yield from _tuples(get_args(annotation), current)
    else:
        yield from _plain(annotation, current)


def _unwrapped(annotation: Any, metadata: tuple[Any, ...]) -> tuple[Any, Any]:
    while get_origin(annotation) in (Annotated, SerializeAsAny):
        inner, *marks = get_args(annotation)
        annotation, metadata = inner, (*metadata, *marks)
    return annotation, metadata


def _union(
    parts: tuple[Any, ...], metadata: tuple[Any, ...], current: Any, members: Members
) -> Iterator[Any]:
    for part in parts:
        if part is type(None):
            if current is not None:
                yield None
        else:
            yield from _options(part, metadata, current, members)


def _plain(annotation: Any, current: Any) -> Iterator[Any]:
    if annotation is bool:
        yield not current
    elif annotation is int:
        start = current if isinstance(current, int) else 2
        yield from (start * 2, start + 1) if start else (2, 1)
    elif annotation is float:
        if current is None:
            yield from (0.02, 0.37)
        else:
            yield from (current * 2, current / 2) if current else (0.37, 1.7)
    elif annotation is Duration:
        yield from _durations(current)
    elif annotation is Portion:
        yield Portion(value=25, unit="%")
        yield Portion(value=11, unit="examples")


def _durations(current: Duration | None) -> Iterator[Duration]:
    value = current.value if current else 2
    for unit in ("epochs", "steps"):
        yield Duration(value=value + 1, unit=unit)


def _tuples(parts: tuple[Any, ...], current: Any) -> Iterator[Any]:
    if Piece in parts:
        yield from _pieces(current)
    elif len(parts) == 2 and Ellipsis not in parts:
        height, width = current or (1, 1)
        yield (height + 1, width)
        yield (height, width + 1)
    elif current:
        yield tuple(reversed(current))


def _pieces(current: tuple[Piece, ...]) -> Iterator[tuple[Piece, ...]]:
    """Another rate, a longer span, another unit, a piece less."""
    first, *rest = current
    yield (Piece(value=first.value * 2, span=first.span), *rest)
    if first.span is not None:
        for span in _durations(first.span):
            yield (Piece(value=first.value, span=span), *rest)
    if len(rest) > 1:
        yield tuple(rest)
