"""No field is dropped in silence: to change it changes what is written and what happens."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..catalog.construct import Construct
from ..ir import Program
from ..verify.samples import in_shapes, variations
from .observe import effect
from .workbench import Workbench, written

__all__ = ["Effects", "effects"]


@dataclass
class Effects:
    """Where a field was seen to act, where it was refused (why), where it did nothing."""

    acts: set[str] = field(default_factory=set[str])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    idle: set[str] = field(default_factory=set[str])


def effects(
    kind: type[Construct], name: str, backends: tuple[str, ...], bench: Workbench
) -> Effects:
    """Change a field until it acts on every backend, or no value is left.

    Raises:
        Broken: a program raised.
    """
    found = Effects(idle=set(backends))
    for variation in variations(kind):
        if variation.field != name:
            continue
        for plain, changed in in_shapes(variation.plain, variation.changed):
            if found.idle:
                _settle(found, (plain, changed), bench)
    found.refused = {
        side: found.refused[side] for side in found.refused.keys() & found.idle
    }
    found.idle -= found.refused.keys()
    return found


def _settle(found: Effects, pair: tuple[Program, Program], bench: Workbench) -> None:
    """See what one change of the field does where nothing has been seen yet."""
    names = tuple(sorted(found.idle))
    before, lacking = written(pair[0], names)
    after, refusing = written(pair[1], names)
    for side, obstacles in {**lacking, **refusing}.items():
        found.refused[side] = "; ".join(dict.fromkeys(o.why for o in obstacles))
    differing = {
        side
        for side in before.keys() & after.keys()
        if before[side].text != after[side].text
    }
    acts = set[str]()
    if differing:
        one, two = (
            bench.observe(program, {side: texts[side] for side in differing})
            for program, texts in zip(pair, (before, after), strict=True)
        )
        acts = {side for side in differing if effect(one[side], two[side])}
    found.acts |= acts
    found.idle -= acts
