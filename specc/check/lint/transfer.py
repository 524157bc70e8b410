"""Lints of parts of trained models."""

from __future__ import annotations

from collections.abc import Iterator

from ...catalog.families import Transform
from ...ir import Program, Reused
from .subject import Finding, Subject, scaling

__all__ = ["reused_on_another_scale"]


def reused_on_another_scale(subject: Subject) -> Iterator[Finding]:
    """Weights that were learned from numbers of one scale, and are given another."""
    if subject.data is None:
        return
    here = Program(network=subject.network, data=subject.data)
    for part in subject.network.reused:
        there = subject.trained(part)
        if there is None or there.data is None:
            continue
        for old, new in _entrances(part, there, subject):
            then, now = scaling(there, old), scaling(here, new)
            if then == now:
                continue
            yield Finding(
                "reused-on-another-scale",
                f"{part.name} has learned from {old} {_told(then)}; {subject.data.name}"
                f" gives it {new} {_told(now)}",
                part.name,
                suggestion=f"{_written(then, new)} in data {subject.data.name}"
                if then
                else f"no scaling of {new} in data {subject.data.name}",
            )


def _entrances(
    part: Reused, there: Program, subject: Subject
) -> Iterator[tuple[str, str]]:
    """The inputs that flow into a part: of its own training, and of this model."""
    before = f"{part.name}/"
    calls = {call.name: call for call in there.network.calls}
    olds = {item.name for item in there.network.inputs}
    news = {item.name for item in subject.network.inputs}
    found: dict[tuple[str, str], None] = {}
    for call in subject.network.calls:
        known = calls.get(call.name.removeprefix(before))
        if known is None or not call.name.startswith(before):
            continue
        for old, new in zip(known.inputs, call.inputs, strict=False):
            if old in olds and new in news:
                found[old, new] = None
    yield from found


def _told(steps: tuple[Transform, ...]) -> str:
    if not steps:
        return "as it is"
    return f"after {_written(steps)}"


def _written(steps: tuple[Transform, ...], *names: str) -> str:
    found: list[str] = []
    for step in steps:
        given = {k: v for k, v in step if v != type(step).model_fields[k].default}
        said = [*names, *(f"{name} = {value:.6g}" for name, value in given.items())]
        found.append(f"{step.keyword}({', '.join(said)})" if said else step.keyword)
    return ", ".join(found)
