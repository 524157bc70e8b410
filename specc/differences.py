"""In what two programs differ, in the words of a spec."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from .ir import Program

__all__ = ["Difference", "differences"]


def differences(
    before: Program, now: Program, epochs: bool = True
) -> tuple[Difference, ...]:
    """In what two programs differ; a default that one spells out is no difference.

    What follows from other differences (shapes, weights) is left out beside them.

    Args:
        before: one program.
        now: the other.
        epochs: whether the number of epochs counts, that of the last phase: a run may go
            on for more.
    """
    found = list(_walk(_plain(before, epochs), _plain(now, epochs), ()))
    if all(_phases(program) < 2 for program in (before, now)):
        found = [replace(item, alone=True) for item in found]
    inputs = {item.name for item in (*before.network.inputs, *now.network.inputs)}
    causes = [
        item
        for item in found
        if not item.follows
        or (item.path[:2] == ("network", "edges") and set(item.path[2:3]) & inputs)
    ]
    return tuple({str(item): item for item in causes or found}.values())


@dataclass(frozen=True)
class Difference:
    """A value that two programs do not share; as text ``dense_1: units 64 → 48``.

    `path` leads to it through the JSON of the programs; None stands for what one lacks.
    `alone` says that neither has several phases, whose names would tell them apart.
    """

    path: tuple[str, ...]
    before: Any
    now: Any
    alone: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """The owner and the field under which `specc.ir.Origins` knows it."""
        path = (*self.path, "", "", "", "")
        if path[:2] == ("network", "layers"):
            return path[2], path[4] if path[3] == "layer" else ""
        if path[:2] == ("network", "reused"):
            return path[2], ""
        if path[:2] == ("training", "objectives"):
            return f"output:{path[2]}", path[3]
        if path[:2] == ("training", "phases"):
            phase = f"phase:{path[2]}"
            if path[3] == "optimizer" and path[4] == "learning_rate" and path[5]:
                return f"{phase}/schedule", path[5]
            if path[3] == "callbacks" and path[4]:
                return f"{phase}/{path[4]}", path[5]
            if path[3] == "optimizer":
                return f"{phase}/optimizer", path[4]
            return phase, path[3]
        if path[:2] == ("data", "bindings"):
            return f"binding:{path[2]}", ""
        return path[0], path[1]

    @property
    def follows(self) -> bool:
        """Whether it is a shape, a weight or an edge, which layers decide."""
        if self.path[0] != "network":
            return False
        if self.path[1] == "reused":
            return self.path[3:4] == ("arrays",)
        stack = self.path == ("network", "layers")
        return not stack and (self.path[1:2], self.path[3:4]) != (
            ("layers",),
            ("layer",),
        )

    def __str__(self) -> str:
        path = list(self.path)
        if path[0] == "network" and len(path) > 2:
            whole = self.follows or path[1] == "reused"
            path = path[2:] if whole else [path[2], *path[4:]]
        elif path[:2] == ["training", "phases"] and len(path) > 3:
            path = path[3:] if self.alone else [f"phase {path[2]}", *path[3:]]
        elif path[0] in ("training", "network"):
            path = path[1:]
        if len(path) > 1 and path[-1] in ("value", "kind"):
            del path[-1]
        *owners, last = path
        last = "freeze" if last == "frozen" else last
        changed = _changed(self.before, self.now)
        if changed:
            phase = (
                f"{owners[0]}, " if owners and owners[0].startswith("phase ") else ""
            )
            return f"{phase}{last}: {changed}"
        owner = (
            f"{owners[0]}: {''.join(f'{name}.' for name in owners[1:])}"
            if owners
            else ""
        )
        return f"{owner}{last} {_text(self.before)} → {_text(self.now)}"


def _phases(program: Program) -> int:
    return len(program.training.phases) if program.training else 0


def _plain(program: Program, epochs: bool) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(program.model_dump_json())
    training: dict[str, Any] = found["training"] or {"phases": []}
    for phase in training["phases"][-1:] if not epochs else ():
        del phase["epochs"]
    for phase in training["phases"]:
        phase["callbacks"].sort(
            key=_name
        )  # one of a kind, and their order means nothing
    return found


def _walk(before: Any, now: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    """The differences of two JSON values, at the deepest place that says enough."""
    if before == now:
        return
    old, new = _entries(before), _entries(now)
    if old is None or new is None or _whole(before, now):
        yield Difference(path, before, now)
        return
    keys = [*dict.fromkeys([*old, *new])]
    if isinstance(before, list) and list(old) != list(new):
        yield Difference(path, list(old), list(new))
        keys = [key for key in keys if key in old and key in new]
    for key in keys:
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


def _changed(before: Any, now: Any) -> str:
    """What came to a list of names and what went; nothing where that is not all."""
    old, new = _names(before), _names(now)
    if old is None or new is None:
        return ""
    gone, come = (
        [x for x in one if x not in set(y)] for one, y in ((old, new), (new, old))
    )
    parts = ((gone, "removed"), (come, "added"))
    return ", ".join(f"{', '.join(names)} {word}" for names, word in parts if names)


def _names(value: Any) -> list[str] | None:
    if not isinstance(value, list):
        return None
    items = cast("list[Any]", value)
    return items if all(isinstance(item, str) for item in items) else None


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
