"""What a field can be told to be: the options that random programs are to cover.

An option of a field is each value of a choice or a flag, each kind of construct, each
unit of a quantity, nothing or something, and for numbers the default or another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from ...catalog.construct import Construct
from ...catalog.registry import catalog
from ...check.expectation import (
    Choice,
    Expectation,
    Flag,
    Maybe,
    Measure,
    MemberOf,
    signature,
)

__all__ = ["Option", "every_option", "kinds", "option_of", "options", "within"]

#: Family, keyword, field, value.
Option = tuple[str, str, str, str]

#: What prepares data is one NumPy pipeline for all backends, so nothing to compare.
_OF_DATA = ("source", "transform")
NONE, GIVEN, DEFAULT, OTHER = "none", "given", "default", "other"


@cache
def kinds() -> tuple[type[Construct], ...]:
    """The constructs that backends write: all but those of data."""
    return tuple(
        kind
        for kind in catalog()
        if kind.family not in _OF_DATA and (kind.family, kind.keyword) != _DATA_BLOCK
    )


_DATA_BLOCK = ("settings", "data")


@cache
def options(kind: type[Construct], name: str) -> tuple[str, ...]:
    """The options of a field."""
    parameter = signature(kind).parameters[name]
    if isinstance(parameter.expects, Maybe):
        return NONE, *(_values(parameter.expects.inner) or (GIVEN,))
    plain = (GIVEN,) if parameter.required else (DEFAULT, OTHER)
    return _values(parameter.expects) or plain


def _values(expects: Expectation) -> tuple[str, ...]:
    """The values of a type that has few; nothing for numbers, texts and lists."""
    match expects:
        case Flag():
            return "false", "true"
        case Choice():
            return expects.words
        case MemberOf():
            return tuple(catalog().family(expects.family))
        case Measure():
            return expects.units
        case _:
            return ()


def option_of(construct: Construct, name: str) -> str:
    """The option that a construct's field has."""
    kind, value = type(construct), getattr(construct, name)
    known = options(kind, name)
    if value is None:
        return NONE
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Construct):
        return value.keyword
    unit: Any = getattr(value, "unit", None)
    if unit in known:
        return unit
    if isinstance(value, str) and value in known:
        return value
    if DEFAULT not in known:
        return GIVEN
    default = kind.model_fields[name].get_default(call_default_factory=True)
    return DEFAULT if value == default else OTHER


def every_option() -> Iterator[Option]:
    """All options of the catalogue."""
    for kind in kinds():
        for name, _ in kind.fields():
            for option in options(kind, name):
                yield kind.family, kind.keyword, name, option


def within(construct: Construct) -> Iterator[Option]:
    """The options that a construct has, and those of the constructs in its fields."""
    for name, _ in construct.fields():
        yield construct.family, construct.keyword, name, option_of(construct, name)
        value = getattr(construct, name)
        for item in value if isinstance(value, tuple) else (value,):  # pyright: ignore[reportUnknownVariableType]
            if isinstance(item, Construct):
                yield from within(item)
