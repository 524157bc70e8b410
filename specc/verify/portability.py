"""How each construct of a spec is computed on each backend, and how exactly it came out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..emit.lowering import Table
from ..emit.uses import Use, uses
from ..ir import Origins, Program
from .blame import place_of
from .expect import Expected, expected
from .ledger import ODD_BATCHES
from .parts import (
    ALONE,
    DECIDED,
    FIGURES,
    FIGURES_OF_EPOCHS,
    GRADIENTS,
    INITIAL,
    OUTPUTS,
    PENALTY,
    STATES,
    STEP_FIGURES,
    UPDATES,
)
from .protocol import JUDGE
from .verdict import Check, Place, Portable, Refused, Standing

__all__ = ["portability"]

#: The parts in which the constructs of a family show.
PARTS = {
    "layer": (*OUTPUTS, GRADIENTS),
    "activation": OUTPUTS,
    "initializer": (INITIAL,),
    "regularizer": (PENALTY, GRADIENTS),
    "constraint": (*STATES, UPDATES),
    "loss": (*FIGURES, *STEP_FIGURES),
    "metric": (*FIGURES, *STEP_FIGURES),
    "optimizer": (*STATES, UPDATES),
    "schedule": (DECIDED, FIGURES_OF_EPOCHS),
    "callback": (DECIDED,),
}


def portability(
    program: Program,
    origins: Origins | None,
    tables: Mapping[str, Table],
    checks: Iterable[Check] = (),
    refusals: Iterable[Refused] = (),
) -> tuple[Portable, ...]:
    """The portability table of a program, in the order in which it uses constructs.

    Args:
        program: what is compared.
        origins: places in the spec.
        tables: the lowerings of each backend.
        checks: what was measured; nothing where a backend refuses.
        refusals: what a backend refuses, for whatever reason.
    """
    found: dict[tuple[str, str], list[Use]] = {}
    for use in uses(program):
        key = (use.construct.keyword, use.construct.family)
        found.setdefault(key, []).append(use)
    measured, wanted = tuple(checks), expected(program)
    refused = {(item.backend, item.keyword): item.why for item in refusals}
    return tuple(
        Portable(
            keyword,
            family,
            some[0].construct.formula,
            tuple(_places(origins, some)),
            {
                side: Standing("refused", refused[side, keyword])
                if (side, keyword) in refused
                else _standing(side, table, some, measured, program, wanted)
                for side, table in tables.items()
            },
        )
        for (keyword, family), some in found.items()
    )


def _places(origins: Origins | None, some: Iterable[Use]) -> list[Place]:
    """Where a construct is used."""
    found = (place_of(origins, use.owner, use.field) for use in some)
    return list(dict.fromkeys(place for place in found if place is not None))


def _standing(
    side: str,
    table: Table,
    some: list[Use],
    checks: tuple[Check, ...],
    program: Program,
    wanted: Expected,
) -> Standing:
    """How a backend computes a construct, at all places where it is used."""
    for use in some:
        refusal = table.refusal(use.construct)
        if refusal is not None:
            return Standing("refused", refusal.why)
    lowering = table.lowering(some[0].construct)
    tensors = {name for use in some for name in _tensors(use, program, wanted)}
    family = some[0].construct.family
    errors = {} if side == JUDGE else _errors(family, side, tensors, checks)
    return Standing("exact" if lowering.exact else "emulated", lowering.how, errors)


def _errors(
    family: str, side: str, tensors: set[str], checks: tuple[Check, ...]
) -> dict[str, float]:
    """By precision: of nodes alone if they were looked at, where no other node shows."""
    found: dict[str, float] = {}
    alone = ALONE if family in ("layer", "activation") else ()
    for parts in (alone, PARTS.get(family, ())):
        measured: dict[str, float] = {}
        for check in checks:
            if check.part.removesuffix(ODD_BATCHES) in parts:
                for size in _sizes(check, side, tensors):
                    size = max(measured.get(check.precision, 0.0), size)
                    measured[check.precision] = size
        found = measured | found
    return found


def _sizes(check: Check, side: str, tensors: set[str]) -> Iterator[float]:
    """The errors of a side: against the judge where it took part, else against others."""
    own = [sides for sides in check.errors if side in sides.split("|")]
    judged = [sides for sides in own if JUDGE in sides.split("|")]
    for sides in judged or own:
        for tensor, size in check.errors[sides].items():
            # What a node alone pulls back is called after it: input@node.
            if tensor in tensors or tensor.rpartition("@")[2] in tensors:
                yield size


def _tensors(use: Use, program: Program, wanted: Expected) -> Iterator[str]:
    """The names under which a use of a construct shows in the comparison."""
    family, owner = use.construct.family, use.owner
    if family in ("layer", "activation"):
        yield from (c.name for c in program.network.calls if c.layer == owner)
    if family == "layer":
        yield from (path for path in wanted.weights if path.startswith(f"{owner}/"))
    elif family in ("initializer", "regularizer", "constraint"):
        yield f"{owner}/{use.field.removesuffix(f'_{family}')}"
        yield from ("penalty",) if family == "regularizer" else ()
    elif family == "optimizer":
        yield from (*wanted.gradients, *wanted.slots)
    elif family == "schedule":
        yield from ("rates", "learning_rate")
    elif family == "callback":
        yield from ("stopping", "stopped_after", "plateau")
    elif family in ("loss", "metric"):
        word = "loss" if family == "loss" else use.construct.keyword
        output = owner.removeprefix("output:")
        yield from (name for name in wanted.logs if name in (word, f"{output}_{word}"))
