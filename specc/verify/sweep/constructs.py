"""A random construct: every field drawn from its type.

Nothing here knows a construct by name, so that those of other packages take part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ...catalog.construct import Construct
from ...catalog.registry import catalog
from ...catalog.schedules import Piece
from ...check.expectation import (
    Expectation,
    Maybe,
    Measure,
    MemberOf,
    Real,
    Sequence,
    Spell,
    Whole,
    signature,
)
from ..samples import NoAlternative, alternatives, base
from ..samples.bases import members
from .choices import Choices
from .options import DEFAULT, GIVEN, NONE, OTHER, options

__all__ = ["draw", "draw_member"]

#: How often a field that need not be given is left alone.
PLAIN = 0.55
TRIES = 30


def draw_member(choices: Choices, family: str) -> Construct:
    """A random member of a family."""
    found = tuple(catalog().family(family).values())
    kind = choices.rare(found, [(family, item.keyword) for item in found])
    return draw(choices, kind)


def draw(
    choices: Choices, kind: type[Construct], given: Mapping[str, Any] | None = None
) -> Construct:
    """A random construct of a kind; `given` are arguments that are settled.

    Raises:
        NoAlternative: no arguments were found that go together.
    """
    settled = dict(given or {})
    for _ in range(TRIES):
        values = dict(settled)
        for name, info in kind.fields():
            if name in values:
                continue
            if info.is_required() or not choices.chance(PLAIN):
                option = _option(choices, kind, name)
                if option != DEFAULT:
                    values[name] = _value(choices, kind, name, option)
        try:
            return kind.model_validate(values)
        except ValidationError:
            continue
    raise NoAlternative(f"{kind.keyword} with {', '.join(settled) or 'any arguments'}")


def _option(choices: Choices, kind: type[Construct], name: str) -> str:
    found = options(kind, name)
    return choices.rare(
        found, [(kind.family, kind.keyword, name, option) for option in found]
    )


def _value(choices: Choices, kind: type[Construct], name: str, option: str) -> Any:
    """A value of a field that has the option."""
    expects = signature(kind).parameters[name].expects
    if isinstance(expects, Maybe):
        expects = expects.inner
    if option == NONE:
        return None
    if isinstance(expects, MemberOf):
        return draw(choices, catalog().find(expects.family, option))
    if isinstance(expects, Measure):
        return expects.kind.model_validate(
            {"value": choices.whole(1, 4), "unit": option}
        )
    if option not in (GIVEN, OTHER):
        return {"true": True, "false": False}.get(option, option)
    return _free(choices, kind, name, expects)


def _free(
    choices: Choices, kind: type[Construct], name: str, expects: Expectation
) -> Any:
    """A number, a list or a text, near to what a plain instance of the construct has."""
    near = getattr(base(kind), name)
    if name in kind.vary and choices.chance(0.4):
        return kind.vary[name]
    if isinstance(expects, Real):
        return _number(choices, near)
    if isinstance(expects, Whole) and (near is None or near > 0):
        return choices.whole(1, 2 * (near or 2))
    if isinstance(expects, Sequence) and isinstance(expects.item, Spell):
        return _pieces(choices, near)
    if isinstance(expects, Sequence) and expects.length is not None:
        return tuple(choices.whole(1, 3) for _ in range(expects.length))
    if isinstance(expects, Sequence) and isinstance(expects.item, Whole):
        return _places(choices)
    return choices.one(alternatives(base(kind), name, members))


def _number(choices: Choices, near: float | None) -> float:
    return choices.real(abs(near) / 2, abs(near) * 2) if near else choices.real(0.05, 1)


def _places(choices: Choices) -> tuple[int, ...]:
    """Some axes."""
    axes = choices.random.permutation([-1, 0, 1, 2])
    return tuple(int(axis) for axis in axes[: choices.whole(1, 3)])


def _pieces(choices: Choices, near: tuple[Piece, ...]) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for _ in range(choices.whole(0, 2)):
        unit = choices.one(("steps", "epochs"))
        span = {"value": choices.whole(1, 4), "unit": unit}
        rate = _number(choices, near[0].value)
        found.append(Piece.model_validate({"value": rate, "span": span}))
    return (*found, Piece(value=_number(choices, near[-1].value)))
