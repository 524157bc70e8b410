"""What the place of an argument expects, read off the annotation of its field.

A bare word means different things in different places (a choice, a construct, the name
of a field, a param); the expectation of the place decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from ..catalog.construct import Construct, Model
from ..catalog.schedules import Piece
from ..catalog.transforms.rows import Comparison
from ..catalog.types import Member, NameOf, Units
from .report import one_of

__all__ = [
    "Anything",
    "Choice",
    "Compared",
    "Expectation",
    "Flag",
    "Maybe",
    "Measure",
    "MemberOf",
    "Parameter",
    "Real",
    "Sequence",
    "Signature",
    "Spell",
    "Text",
    "Whole",
    "signature",
]


@dataclass(frozen=True)
class Flag:
    """``true`` or ``false``."""

    def __str__(self) -> str:
        return "true or false"


@dataclass(frozen=True)
class Whole:
    """A whole number."""

    def __str__(self) -> str:
        return "a whole number"


@dataclass(frozen=True)
class Real:
    """A number."""

    def __str__(self) -> str:
        return "a number"


@dataclass(frozen=True)
class Text:
    """A quoted text, or, where `thing` says of what, a name written as a bare word."""

    thing: str | None = None

    def __str__(self) -> str:
        return f"the name of a {self.thing}" if self.thing else "a text in quotes"


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return one_of(self.words)


@dataclass(frozen=True)
class MemberOf:
    """A construct of a family, or a plain number that stands for its member `number`."""

    family: str
    number: str | None = None

    def __str__(self) -> str:
        article = "an" if self.family[0] in "aeiou" else "a"
        either = "a number or " if self.number else ""
        return f"{either}{article} {self.family}"


@dataclass(frozen=True)
class Measure:
    """A number with a unit, usually `least` or more: a record of the type `kind`."""

    kind: type[Model]
    units: tuple[str, ...]
    least: float = 1

    def __str__(self) -> str:
        amounts = {"%": "20%", "examples": "200 examples", "steps": "500 steps"}
        found = [amounts.get(unit, f"10 {unit}") for unit in self.units]
        return f"a number with its unit, such as {' or '.join(found)}"


@dataclass(frozen=True)
class Spell:
    """``value for duration``: a piece of a schedule."""

    def __str__(self) -> str:
        return "a rate and how long it holds, such as 0.01 for 5 epochs"


@dataclass(frozen=True)
class Compared:
    """``field < number``."""

    def __str__(self) -> str:
        return "a comparison of a field with a number, such as price < 500_000"


@dataclass(frozen=True)
class Sequence:
    """A list; `single` says that one item may stand alone."""

    item: Expectation
    length: int | None
    single: bool

    def __str__(self) -> str:
        plural = {"a whole number": "whole numbers", "a number": "numbers"}
        items = plural.get(str(self.item), f"items, each {self.item}")
        count = f"{self.length} " if self.length else ""
        lead = f"{self.item} or " if self.single else ""
        return f"{lead}a list of {count}{items}"


@dataclass(frozen=True)
class Maybe:
    """Something, or ``none``."""

    inner: Expectation

    def __str__(self) -> str:
        return f"{self.inner}, or none"


@dataclass(frozen=True)
class Anything:
    """A type that the checker leaves to the construct's own validation."""

    def __str__(self) -> str:
        return "a value"


Expectation = (
    Flag
    | Whole
    | Real
    | Text
    | Choice
    | MemberOf
    | Measure
    | Spell
    | Compared
    | Sequence
    | Maybe
    | Anything
)

_PLAIN: dict[Any, Expectation] = {
    bool: Flag(),
    int: Whole(),
    float: Real(),
    Piece: Spell(),
    Comparison: Compared(),
}


def _model(annotation: type[Model], metadata: tuple[Any, ...]) -> Expectation:
    unit = annotation.model_fields.get("unit")
    if unit is None or get_origin(unit.annotation) is not Literal:
        return Anything()
    for mark in metadata:
        if isinstance(mark, Units):
            return Measure(annotation, mark.names, mark.least)
    return Measure(annotation, get_args(unit.annotation))


def _expect(annotation: Any, metadata: tuple[Any, ...] = ()) -> Expectation:
    """The expectation of an annotation; nesting of types is as deep as its author wrote."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _expect(args[0], (*args[1:], *metadata))
    for mark in metadata:
        if isinstance(mark, Member):
            return MemberOf(mark.family, mark.number)
    if origin in (Union, UnionType):
        inner = [arg for arg in args if arg is not type(None)]
        if len(inner) == len(args):
            return Anything()
        found = _expect(inner[0], metadata) if len(inner) == 1 else Anything()
        return Maybe(found)
    if origin is Literal:
        return Choice(tuple(map(str, args)))
    if origin is tuple:
        return _tuple(args, metadata)
    if annotation is str:
        names = [mark.thing for mark in metadata if isinstance(mark, NameOf)]
        return Text(names[0] if names else None)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return _model(annotation, metadata)
    return Anything()


def _tuple(args: tuple[Any, ...], metadata: tuple[Any, ...]) -> Expectation:
    single = any(isinstance(mark, BeforeValidator) for mark in metadata)
    length = None if args[-1] is Ellipsis else len(args)
    return Sequence(_expect(args[0]), length, single)


@dataclass(frozen=True)
class Parameter:
    """A field of a construct as a spec sees it."""

    name: str
    expects: Expectation
    required: bool


@dataclass(frozen=True)
class Signature:
    """The arguments of a construct: by name, and those that need none."""

    kind: type[Construct]
    parameters: dict[str, Parameter]
    positional: tuple[str, ...]
    variadic: str | None


def _parameter(name: str, field: FieldInfo) -> Parameter:
    expects = _expect(field.annotation, tuple(field.metadata))
    return Parameter(name, expects, field.is_required())


@lru_cache(maxsize=1024)  # blocks have classes of their own, of each check
def signature(kind: type[Construct]) -> Signature:
    """The arguments of a construct's class; computed once for each."""
    parameters = {name: _parameter(name, field) for name, field in kind.fields()}
    return Signature(kind, parameters, kind.positional, kind.variadic)
