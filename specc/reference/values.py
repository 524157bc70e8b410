"""Arguments in words: what a field takes, and a value as a spec would write it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ..catalog import Construct
from ..check.expectation import signature

__all__ = ["spell", "takes"]

_NONE = ", or none"
_SIGNS = (("ge", "≥"), ("gt", ">"), ("le", "≤"), ("lt", "<"))


def takes(kind: type[Construct], name: str) -> str:
    """What an argument takes, in the words of the checker, with its range."""
    field = kind.model_fields[name]
    bounds = dict.fromkeys(_bounds(field.annotation, field.metadata))
    words = str(signature(kind).parameters[name].expects)
    plain = words.removesuffix(_NONE)
    end = words[len(plain) :]
    return f"{plain} {' and '.join(bounds)}{end}" if bounds else words


def _bounds(annotation: Any, marks: Iterable[Any]) -> Iterator[str]:
    """The bounds on a number, wherever in the annotation it stands: ``≥ 1``."""
    for mark in marks:
        if isinstance(mark, FieldInfo):
            yield from _bounds(None, mark.metadata)
        for name, sign in _SIGNS:
            if isinstance(getattr(mark, name, None), int | float):
                yield f"{sign} {getattr(mark, name)}"
    for inner in get_args(annotation):
        yield from _bounds(inner, getattr(inner, "__metadata__", ()))


def spell(value: Any) -> str:
    """A value as a spec would write it: ``true``, ``10 epochs``, ``l2(0.01)``."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case str():
            return value if value.isidentifier() else json.dumps(value)
        case Construct():
            return _construct(value)
        case tuple() | list():
            return f"[{', '.join(map(spell, value))}]"  # pyright: ignore[reportUnknownArgumentType]
        case BaseModel() if type(value).__str__ is BaseModel.__str__:
            return " ".join(spell(getattr(value, n)) for n in type(value).model_fields)
        case _:
            return str(value)


def _construct(value: Construct) -> str:
    """The construct with those arguments that differ from their defaults."""
    parts: list[str] = []
    for name, field in value.fields():
        given = getattr(value, name)
        if not field.is_required() and given == field.default:
            continue
        if name == value.variadic:
            parts += map(spell, given)
        elif value.positional[len(parts) : len(parts) + 1] == (name,):
            parts.append(spell(given))
        else:
            parts.append(f"{name} = {spell(given)}")
    return value.keyword + (f"({', '.join(parts)})" if parts else "")
