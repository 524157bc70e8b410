"""In what two programs differ, in the words of a spec."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from ..ir import Program

__all__ = ["differences"]


def differences(before: Program, now: Program) -> list[str]:
    """Differences such as ``dense_1: units 64 → 48``; the number of epochs is none.

    What follows from other differences (shapes, weights) is left out beside them.
    """
    found = list(_walk(_plain(before), _plain(now), ()))
    causes = [item for item in found if not item.follows]
    return list(dict.fromkeys(str(item) for item in causes or found))


@dataclass(frozen=True)
class _Difference:
    path: tuple[str, ...]
    before: Any
    now: Any

    @property
    def follows(self) -> bool:
        """Whether it is a shape, a weight or an edge, which layers decide."""
        if self.path[0] != "network":
            return False
        stack = self.path == ("network", "layers")
        return not stack and (self.path[1:2], self.path[3:4]) != (
            ("layers",),
            ("layer",),
        )

    def __str__(self) -> str:
        path = list(self.path)
        if path[0] == "network" and len(path) > 2:
            path = path[2:] if self.follows else [path[2], *path[4:]]
        elif path[:2] == ["training", "phases"]:
            path = path[3:]
        elif path[0] in ("training", "network"):
            path = path[1:]
        if len(path) > 1 and path[-1] in ("value", "kind"):
            del path[-1]
        *owners, last = path
        owner = (
            f"{owners[0]}: {''.join(f'{name}.' for name in owners[1:])}"
            if owners
            else ""
        )
        return f"{owner}{last} {_text(self.before)} → {_text(self.now)}"


def _plain(program: Program) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(program.model_dump_json())
    training: dict[str, Any] = found["training"] or {"phases": []}
    for phase in training["phases"]:
        del phase["epochs"]
    return found


def _walk(before: Any, now: Any, path: tuple[str, ...]) -> Iterator[_Difference]:
    """The differences of two JSON values, at the deepest place that says enough."""
    if before == now:
        return
    old, new = _entries(before), _entries(now)
    if old is None or new is None or _whole(before, now):
        yield _Difference(path, before, now)
        return
    if isinstance(before, list) and list(old) != list(new):
        yield _Difference(path, list(old), list(new))
        return
    for key in dict.fromkeys([*old, *new]):
        yield from _walk(old.get(key), new.get(key), (*path, key))


def _entries(value: Any) -> dict[str, Any] | None:
    """What a record or a list of named records holds, by name; None for all else."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    items = cast("list[Any]", value) if isinstance(value, list) else [None]
    found = {_name(item): item for item in items}
    return found if "" not in found and len(found) == len(items) else None


def _name(item: Any) -> str:
    """What an item of a list is called."""
    if not isinstance(item, dict):
        return ""
    record = cast("dict[str, Any]", item)
    names = (record.get(key) for key in ("name", "path", "output", "kind"))
    return next((name for name in names if isinstance(name, str)), "")


def _whole(before: Any, now: Any) -> bool:
    """Whether two records are told as a whole: other constructs, or quantities."""
    if not isinstance(before, dict) or not isinstance(now, dict):
        return False
    old, new = cast("dict[str, Any]", before), cast("dict[str, Any]", now)
    return old.get("kind") != new.get("kind") or "unit" in old or "unit" in new


def _text(value: Any) -> str:
    """A value as short as it can be told."""
    if isinstance(value, dict):
        record = cast("dict[str, Any]", value)
        if "unit" in record:
            gap = "" if record["unit"] == "%" else " "
            return f"{record['value']:g}{gap}{record['unit']}"
        return str(record.get("kind", record.get("name", "…")))
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return f"[{', '.join(map(_text, items))}]"
    if value is None or isinstance(value, bool):
        return json.dumps(value).replace("null", "none")
    return f"{value:g}" if isinstance(value, float) else str(value)
