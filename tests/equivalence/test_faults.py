"""Faults planted in emitted text: the comparison finds each and names the right place."""

from __future__ import annotations

import ast

import pytest
from sides import SIDES, emit

from specc.verify import WorkerPool, render
from specc.verify.faults import (
    FAULTS,
    PROGRAMS,
    Fault,
    Unplanted,
    plant,
    selftest,
    try_fault,
)
from specc.verify.faults.edits import argument, in_definition, remove, swap
from specc.verify.faults.everywhere import everywhere
from specc.verify.faults.in_keras import IN_KERAS
from specc.verify.faults.in_torch import IN_TORCH

pytestmark = pytest.mark.xdist_group("faults")

#: The text that all backends share is damaged in one of them only: it is the same text.
TRIED = [*everywhere("torch"), *IN_TORCH, *IN_KERAS]


def test_names_are_unique() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names) >= 120


@pytest.mark.parametrize("fault", TRIED, ids=lambda fault: fault.name)
def test_a_fault_is_found_and_named(pool: WorkerPool, fault: Fault) -> None:
    result = selftest([fault], pool)
    assert not result.unplanted
    (finding,) = result.findings
    assert finding.killed, render(finding.verdict)
    assert finding.named, f"{finding.blamed}\n{render(finding.verdict)}"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_can_be_planted(fault: Fault) -> None:
    text = emit(PROGRAMS[fault.program](), fault.backend).text
    assert plant(fault.edit, text) != text


@pytest.mark.parametrize(
    "name",
    [
        "torch: dropout scale missing",
        "torch: constraint left out",
        "keras: L2 with a half",
        "keras: Flatten in the order of channels first",
    ],
)
def test_with_three_sides_the_guilty_one_is_named(pool: WorkerPool, name: str) -> None:
    fault = next(item for item in FAULTS if item.name == name)
    program = PROGRAMS[fault.program]()
    emissions = {side: emit(program, side) for side in SIDES}
    finding = try_fault(fault, emissions, program, pool)
    assert finding.guilty, render(finding.verdict)
    assert f"{fault.backend} is the one that differs" in render(finding.verdict)


TEXT = """\
def step(a):
    clip(a)
    return scale(
        a,
        by=2.0,
    )


def other(a):
    clip(a)
    return scale(a)
"""


def test_edits_do_what_they_say() -> None:
    changed = plant(in_definition("step", argument("scale", "by", "3.0")), TEXT)
    assert "by=3.0," in changed
    assert changed.count("by=") == 1
    added = plant(in_definition("other", argument("scale", "by", "3.0")), TEXT)
    assert "return scale(a, by=3.0)" in added
    gone = plant(in_definition("other", remove(r"clip\(a\)")), TEXT)
    assert gone.count("clip(a)") == 1
    assert gone.count("pass") == 1
    ast.parse(plant(argument("scale", "by", "0.5"), TEXT))


@pytest.mark.parametrize(
    "edit",
    [
        swap("missing", "x"),
        swap(r"clip\(a\)", "pass"),  # there twice
        swap(r"clip\(a\)", "clip(a) ", None),  # changes nothing
        swap(r"def step", "def step(", 1),  # no Python
        in_definition("third", swap("a", "b", None)),
        argument("unknown", "by", "1"),
    ],
)
def test_an_edit_that_does_not_apply_is_no_fault(edit: object) -> None:
    with pytest.raises(Unplanted):
        plant(edit, TEXT)  # type: ignore[arg-type]
