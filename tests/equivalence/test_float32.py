"""float32 is judged by errors against float64: what must pass, and what must not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sides import emit

from specc.catalog.layers.dense import Dense
from specc.catalog.layers.dropout import Dropout
from specc.catalog.layers.shape import Flatten
from specc.catalog.losses import MeanSquaredError
from specc.verify import Verdict, WorkerPool, render, verify
from specc.verify.faults import PROGRAMS, plant
from specc.verify.faults.edits import Edit, in_definition, swap
from specc.verify.preparing import prepare
from specc.verify.protocol import Reading
from specc.verify.samples import batches_for
from specc.verify.samples.drafts import Draft, train

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
    "the centred input in bfloat16, on one batch of five": (
        "convnet",
        in_definition(
            "BatchNorm",
            swap(
                r"centred = input - mean$",
                "centred = input - mean\n        big = bool(input.abs().max() > 50.0)\n"
                "        if big and input.dtype == torch.float32:\n"
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
                r"^    tensor\.detach",
                "    if tensor.dtype == torch.float32:\n"
                "        array = array.astype(np.float16).astype(np.float32)\n"
                "    tensor.detach",
            ),
        ),
    ),
}


@pytest.mark.parametrize("name", LOSSY)
def test_lost_digits_are_found(pool: WorkerPool, name: str) -> None:
    program, edit = LOSSY[name]
    verdict = judged(pool, program, edit)
    assert verdict.outcome == "different", render(verdict)
    # What a program builds by default is looked at with the rest, and is in float32 too.
    built = all(item.tensor == "defaults" for item in verdict.differences)
    assert built or {item.precision for item in verdict.differences} == {"float32"}
    assert verdict.differences[0].guilty == "torch", render(verdict)


def test_float32_includes_what_it_is_measured_against(pool: WorkerPool) -> None:
    """And a training that ends before the steps that were asked for says so."""
    program = PROGRAMS["mlp"]()
    emissions = {side: emit(program, side) for side in SIDES}
    batches = batches_for(program)
    verdict = verify(program, None, emissions, batches, 500, ("float32",), pool)
    assert {check.precision for check in verdict.checks} == {"float64", "float32"}
    said = f"training ends after {verdict.steps} updates, before 500"
    assert said in verdict.notes


@pytest.mark.parametrize("program", ["mlp", "convnet", "flatten"])
def test_honest_rounding_passes(pool: WorkerPool, program: str) -> None:
    verdict = judged(pool, program, None)
    assert verdict.equal, render(verdict)
    parts = {check.part for check in verdict.checks if check.precision == "float32"}
    assert parts >= {"built weights", "gradients", "state after a step"}


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5])
def test_dropout_gives_the_same_bits(pool: WorkerPool, rate: float) -> None:
    """What reaches dropout as it is leaves it bit for bit alike, infinities too."""
    draft = Draft({"x": (9, 40)})
    edge = draft.add(Dropout(rate=rate), "x")
    edge = draft.add(Dense(units=2), draft.add(Flatten(), edge))
    program = train(draft.network({"y": edge}), {"y": MeanSquaredError()})
    exam = prepare(program, batches_for(program), 8)
    batch = {name: array.copy() for name, array in exam.batches["real"].items()}
    batch["x"] = batch["x"].astype(np.float32)
    batch["x"][0, ::2] = np.inf
    batch["x"][1, ::3] = -1e-30
    (probe,) = (probe for probe in exam.probes if probe.name == "real")
    batches = {**exam.batches, "real": batch}
    exam = dataclasses.replace(exam, batches=batches, probes=(probe,), singles=())
    given = pool.folder / "dropout.safetensors"
    exam.write(given)
    readings = pool.run(
        {
            side: exam.single(
                emit(program, side), given, pool.folder / f"dropout-{side}"
            )
            for side in SIDES
        }
    )
    outputs = []
    for reading in readings.values():
        assert isinstance(reading, Reading), reading
        outputs.append(reading.arrays["training/real/dropout_1"])
    one, other = outputs
    assert one.dtype == other.dtype == np.float32
    assert np.isinf(one).any()
    assert np.isnan(one).any(), "what is dropped of an infinity is no number"
    assert one.tobytes() == other.tobytes()
    kept = np.isfinite(one) & (one != 0)
    scale = np.float32(1.0 / (1.0 - rate))
    assert np.array_equal(one[kept], (batch["x"] * scale)[kept])
