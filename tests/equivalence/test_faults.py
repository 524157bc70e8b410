"""Faults planted in emitted text: the comparison finds each and names the right place."""

from __future__ import annotations

import ast
import dataclasses
import json
import subprocess
import sys

import pytest
from sides import SIDES, emit

from specc.catalog.construct import Construct
from specc.catalog.registry import catalog
from specc.verify import WorkerPool, render
from specc.verify.faults import (
    EMITTED,
    LISTED,
    Family,
    Fault,
    SelfTest,
    Unplanted,
    of_construct,
    plant,
    selftest,
    try_fault,
)
from specc.verify.faults.edits import argument, in_definition, remove, swap
from specc.verify.faults.everywhere import everywhere
from specc.verify.faults.in_keras import IN_KERAS
from specc.verify.faults.in_torch import IN_TORCH
from specc.verify.faults.of_recurrence import RECURRENCE_FAULTS

pytestmark = pytest.mark.xdist_group("faults")

#: The text that all backends share is damaged in one of them only: it is the same text.
TRIED = [*everywhere("torch"), *IN_TORCH, *IN_KERAS, *RECURRENCE_FAULTS]


#: Those whose faults follow from what they declare; others have theirs in `LISTED`.
KINDS = [
    kind
    for kind in catalog()
    if kind.family in EMITTED and list(of_construct(kind, "torch"))
]


def test_names_are_unique_and_families_all_there() -> None:
    names = [fault.name for fault in LISTED]
    assert len(set(names)) == len(names) >= 120
    for backend in ("torch", "keras"):
        assert {f.family for f in LISTED if f.backend == backend} == set(Family)


def check(pool: WorkerPool, fault: Fault) -> None:
    """The fault is found and traced to its place; one that changes nothing is not."""
    result = selftest([fault], pool)
    assert not result.unplanted
    (finding,) = result.findings
    if fault.equivalent:
        assert finding.verdict.equal, render(finding.verdict)
        return
    assert finding.killed, render(finding.verdict)
    assert finding.named, f"{finding.blamed}\n{render(finding.verdict)}"


@pytest.mark.parametrize("fault", TRIED, ids=lambda fault: fault.name)
def test_a_fault_is_found_and_named(pool: WorkerPool, fault: Fault) -> None:
    check(pool, fault)


@pytest.mark.parametrize(
    "kind", KINDS, ids=lambda kind: f"{kind.family}-{kind.keyword}"
)
def test_a_fault_in_a_construct_is_found(
    pool: WorkerPool, kind: type[Construct]
) -> None:
    """One a construct, on PyTorch and Keras by turns; `specc verify --selftest` has all."""
    backend = ("torch", "keras")[KINDS.index(kind) % 2]
    check(pool, next(iter(of_construct(kind, backend))))


@pytest.mark.parametrize("fault", LISTED, ids=lambda fault: fault.name)
def test_every_fault_can_be_planted(fault: Fault) -> None:
    text = emit(fault.make(), fault.backend).text
    assert plant(fault.edit, text) != text


THREE = """
import dataclasses
import specc.verify.faults as module
from specc.cli import program
from specc.verify.faults.everywhere import everywhere

few = everywhere("torch")[:2]
unused = lambda text: text + "\\nUNUSED = 1\\n"
survivor = dataclasses.replace(few[0], name="unused", edit=unused)
module.faults = lambda: [*few, survivor]
program(["verify", "--selftest", "--format", "json"])
"""


def test_the_command_tries_every_fault_once() -> None:
    """Side by side, in the order in which they are listed; one fails the whole."""
    few = everywhere("torch")[:2]
    command = [sys.executable, "-c", THREE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert [item["name"] for item in found["faults"]] == [
        *(fault.name for fault in few),
        "unused",
    ]
    assert (found["planted"], found["killed"]) == (3, 2)
    assert (found["operator_faults"], found["named_right"]) == (0, 0)
    assert found["families"]["initialization"] == {
        "planted": 3,
        "killed": 2,
        "named": 2,
    }


def test_rates_that_are_missed_fail(pool: WorkerPool) -> None:
    """A fault that survives, one wrongly said to be none, one that nobody could plant."""
    fault = TRIED[0]
    right = selftest([fault], pool)
    assert right.passed
    said = dataclasses.replace(fault, equivalent="it is not")
    missed = dataclasses.replace(fault, edit=lambda text: f"{text}\nUNUSED = 1\n")
    nowhere = dataclasses.replace(fault, edit=swap("words of nobody", "x"))
    misnamed = dataclasses.replace(fault, family=Family.OPERATORS, named=("nobody",))
    for wrong, told in (
        (said, "noticed, said to be equivalent: "),
        (missed, "survived: "),
        (nowhere, "not planted: "),
        (misnamed, "misnamed: "),
    ):
        result = selftest([wrong], pool)
        assert not result.passed
        assert f"{told}{fault.name}" in result.render()
        assert not result.to_json()["passed"]
    honest = selftest([dataclasses.replace(missed, equivalent="it is unused")], pool)
    assert not honest.wrong
    assert "equivalent: " in honest.render()
    assert not SelfTest(unplanted={"a": "b"}).passed


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
    fault = next(item for item in LISTED if item.name == name)
    program = fault.make()
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
