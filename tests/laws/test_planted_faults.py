"""Whoever adds a construct adds its faults: each has some on every framework."""

from __future__ import annotations

import pytest

from specc.backend import backend
from specc.catalog.construct import Construct
from specc.catalog.registry import catalog
from specc.emit.uses import uses
from specc.verify.faults import EMITTED, LISTED, Fault, of_construct

KINDS = [kind for kind in catalog() if kind.family in EMITTED]
ANNOTATED = [fault for fault in LISTED if fault.construct]


def name_of(kind: type[Construct]) -> str:
    return f"{kind.family}/{kind.keyword}"


@pytest.mark.parametrize("kind", KINDS, ids=name_of)
@pytest.mark.parametrize("side", ["torch", "keras"])
def test_every_construct_has_a_fault(side: str, kind: type[Construct]) -> None:
    """In what it emits: made from its arguments, or written down by hand."""
    by_hand = any(
        fault.backend == side and fault.construct == name_of(kind) for fault in LISTED
    )
    refused = kind not in {lowering.kind for lowering in backend(side).table}
    assert by_hand or refused or any(True for _ in of_construct(kind, side))


@pytest.mark.parametrize("fault", ANNOTATED, ids=lambda fault: fault.name)
def test_a_fault_by_hand_is_in_a_program_with_its_construct(fault: Fault) -> None:
    used = {name_of(type(use.construct)) for use in uses(fault.make())}
    assert fault.construct in used
