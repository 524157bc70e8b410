"""float32 is judged by errors against float64: what must pass, and what must not."""

from __future__ import annotations

import dataclasses

import pytest
from sides import emit

from specc.verify import Verdict, WorkerPool, render, verify
from specc.verify.faults import PROGRAMS, plant
from specc.verify.faults.edits import Edit, in_definition, swap
from specc.verify.samples import batches_for

pytestmark = pytest.mark.xdist_group("faults")

SIDES = ("torch", "keras")


def judged(pool: WorkerPool, program_name: str, edit: Edit | None) -> Verdict:
    program = PROGRAMS[program_name]()
    emissions = {side: emit(program, side) for side in SIDES}
    if edit is not None:
        text = plant(edit, emissions["torch"].text)
        emissions["torch"] = dataclasses.replace(emissions["torch"], text=text)
    return verify(program, None, emissions, batches_for(program), 12, pool=pool)


#: A loss of digits that a run in float64 does not show.
LOSSY = {
    "the centred input in bfloat16": (
        "convnet",
        in_definition(
            "BatchNorm",
            swap(
                r"centred = input - mean$",
                "centred = input - mean\n        if input.dtype == torch.float32:\n"
                "            centred = centred.bfloat16().float()",
            ),
        ),
    ),
    "the variance as a difference of large numbers": (
        "mlp",
        in_definition(
            "BatchNorm",
            swap(
                r"variance = .*$",
                "big = input.detach() + (1e3 if input.dtype == torch.float32 else 0.0)\n"
                "        variance = big.square().mean(others) - big.mean(others).square()",
            ),
        ),
    ),
    "weights rounded to half precision": (
        "mlp",
        in_definition(
            "fill",
            swap(
                r"^    place = ",
                "    if tensor.dtype == torch.float32:\n"
                "        array = array.astype(np.float16).astype(np.float32)\n"
                "    place = ",
            ),
        ),
    ),
}


@pytest.mark.parametrize("name", LOSSY)
def test_lost_digits_are_found(pool: WorkerPool, name: str) -> None:
    program, edit = LOSSY[name]
    verdict = judged(pool, program, edit)
    assert verdict.outcome == "different", render(verdict)
    assert {item.precision for item in verdict.differences} == {"float32"}
    assert verdict.differences[0].guilty == "torch", render(verdict)


@pytest.mark.parametrize("program", ["mlp", "convnet", "flatten"])
def test_honest_rounding_passes(pool: WorkerPool, program: str) -> None:
    verdict = judged(pool, program, None)
    assert verdict.equal, render(verdict)
    parts = {check.part for check in verdict.checks if check.precision == "float32"}
    assert parts >= {"built weights", "gradients", "state after a step"}
