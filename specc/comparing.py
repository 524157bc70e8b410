"""In what two specs differ in meaning: trainings and models by name, value by value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .check.checked import Checked, CheckedProgram
from .diagnostics.model import Span
from .differences import Difference, differences

__all__ = ["Change", "compare"]


@dataclass(frozen=True)
class Change:
    """A difference of meaning, with its places in both specs where it has some.

    `subject` is the training or the model that it belongs to, and `text` tells it:
    ``dense_1: units 64 → 48``. `path`, `before` and `now` are those of the resolved
    programs.
    """

    subject: str
    text: str
    path: tuple[str, ...] = ()
    before: Any = None
    now: Any = None
    spans: tuple[Span | None, Span | None] = (None, None)


def compare(before: Checked, now: Checked) -> tuple[Change, ...]:
    """What changes in meaning from one spec to the other.

    Trainings are compared by name, and models that no training trains. Where each spec has
    one training alone, these are compared whatever they are called.

    Args:
        before: one spec, without errors.
        now: the other.
    """
    return tuple(_compare(before, now))


def _compare(before: Checked, now: Checked) -> Iterator[Change]:
    yield from _alike("train", before.programs, now.programs)
    trained = {p.program.network.name for p in (*before.programs, *now.programs)}
    models = [
        tuple(item for item in checked.models if item.name not in trained)
        for checked in (before, now)
    ]
    yield from _alike("model", *models)


def _alike(
    kind: str, before: tuple[CheckedProgram, ...], now: tuple[CheckedProgram, ...]
) -> Iterator[Change]:
    if len(before) == len(now) == 1 and before[0].name != now[0].name:
        text = f"is called {before[0].name} → {now[0].name}"
        spans = (before[0].span, now[0].span)
        yield Change(f"{kind} {now[0].name}", text, spans=spans)
        yield from _of(f"{kind} {now[0].name}", before[0], now[0])
        return
    old, new = ({item.name: item for item in some} for some in (before, now))
    for name in dict.fromkeys([*old, *new]):
        subject = f"{kind} {name}"
        if name not in new:
            yield Change(subject, "removed", spans=(old[name].span, None))
        elif name not in old:
            yield Change(subject, "added", spans=(None, new[name].span))
        else:
            yield from _of(subject, old[name], new[name])


def _of(subject: str, before: CheckedProgram, now: CheckedProgram) -> Iterator[Change]:
    for item in differences(before.program, now.program):
        if item.path in (("training", "name"), ("network", "name")):
            continue
        spans = (_span(before, item), _span(now, item))
        yield Change(subject, str(item), item.path, item.before, item.now, spans)


def _span(checked: CheckedProgram, item: Difference) -> Span | None:
    origin = checked.origins.find(*item.place)
    return origin.span if origin else None
