"""Values of Python as texts of the language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

__all__ = ["Plain", "written"]

Plain: TypeAlias = str | int | float | bool


def written(what: str, values: Mapping[str, Plain] | None) -> dict[str, str]:
    """The values by name as they are written after ``--set``; texts as they are.

    Raises:
        TypeError: they are no mapping of names to texts, numbers, true or false.
    """
    return {} if values is None else dict(_pairs(what, values))


def _pairs(what: str, values: object) -> list[tuple[str, str]]:
    if not isinstance(values, Mapping):
        raise TypeError(f"{what} is a dict of names and values, not {values!r}")
    found: list[tuple[str, str]] = []
    for name, value in values.items():  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(name, str):
            raise TypeError(f"{what} has names that are texts, not {name!r}")
        if not isinstance(value, str | int | float):
            raise TypeError(
                f"{name} in {what} is a text, a number, True or False, not {value!r}"
            )
        text = str(value).lower() if isinstance(value, bool) else str(value)
        found.append((name, text))
    return found
