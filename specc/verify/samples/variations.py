"""Each construct with one field changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ...catalog.construct import Construct
from .bases import base, members
from .fields import NoAlternative, alternatives

__all__ = ["Variation", "variations"]


@dataclass(frozen=True)
class Variation:
    """A construct with one field changed, and what it is to be held against.

    `plain` and `changed` differ in `field` alone. Both may have other fields set that
    the change needs (a momentum for nesterov).
    """

    field: str
    plain: Construct
    changed: Construct

    @property
    def label(self) -> str:
        """A name for reports: ``sgd.momentum=0.37``."""
        value = getattr(self.changed, self.field)
        shown = value.keyword if isinstance(value, Construct) else value
        return f"{self.changed.keyword}.{self.field}={shown}".replace(" ", "")


def variations(kind: type[Construct]) -> Iterator[Variation]:
    """The variations of a construct, field by field.

    A field takes all the values that its type suggests, but only one other member of a
    family: the members have samples of their own.

    Raises:
        NoAlternative: a field has no second value, or none that the construct takes.
    """
    for name, _ in kind.fields():
        found = list(_of_field(kind, name))
        if not found:
            raise NoAlternative(f"{kind.keyword}.{name}")
        plain = [v for v in found if not isinstance(_value(v), Construct)]
        yield from plain
        yield from [v for v in found if v not in plain][:1]


def _value(variation: Variation) -> Any:
    return getattr(variation.changed, variation.field)


def _of_field(kind: type[Construct], name: str) -> Iterator[Variation]:
    plain = base(kind)
    for value in alternatives(plain, name, members):
        changed = _with(plain, {name: value})
        if changed is not None:
            yield Variation(name, plain, changed)
            continue
        enabled = _enabled(plain, name, value)
        if enabled is not None:
            yield enabled


def _enabled(plain: Construct, name: str, value: Any) -> Variation | None:
    """The change together with one other field that makes both sides valid."""
    for other, _ in type(plain).fields():
        if other == name:
            continue
        for setting in _settings(plain, other):
            setup = _with(plain, {other: setting})
            changed = _with(plain, {other: setting, name: value})
            if setup is not None and changed is not None:
                return Variation(name, setup, changed)
    return None


def _settings(plain: Construct, name: str) -> list[Any]:
    try:
        return alternatives(plain, name, members)
    except NoAlternative:
        return []


def _with(instance: Construct, changes: dict[str, Any]) -> Construct | None:
    fields = {name: getattr(instance, name) for name in type(instance).model_fields}
    try:
        return type(instance).model_validate({**fields, **changes})
    except ValidationError:
        return None
