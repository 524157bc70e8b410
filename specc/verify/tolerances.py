"""The tolerances of the comparison, read from the one data file that holds them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Tolerance", "Tolerances", "tolerances"]


@dataclass(frozen=True)
class Tolerance:
    """A number and the reason for it."""

    name: str
    value: float
    why: str


class Tolerances:
    """Tolerances by dotted name (``float64.forward``)."""

    def __init__(self, entries: dict[str, Tolerance]) -> None:
        self._entries = entries

    def __getitem__(self, name: str) -> float:
        return self._entries[name].value

    def __iter__(self) -> Any:
        return iter(self._entries.values())

    def why(self, name: str) -> str:
        """The reason for the number of that name."""
        return self._entries[name].why


def _flatten(table: dict[str, Any], prefix: str) -> dict[str, Tolerance]:
    if "value" in table:
        return {prefix: Tolerance(prefix, float(table["value"]), str(table["why"]))}
    found: dict[str, Tolerance] = {}
    for key, inner in table.items():
        found.update(_flatten(inner, f"{prefix}.{key}" if prefix else key))
    return found


@cache
def tolerances() -> Tolerances:
    """All tolerances."""
    text = files("specc.verify").joinpath("tolerances.toml").read_text(encoding="utf-8")
    return Tolerances(_flatten(tomllib.loads(text), ""))
