"""Updates from given gradients: bounds on what a rule makes of them, faults they find."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sides import emit

from specc.catalog.families import Optimizer
from specc.catalog.registry import catalog
from specc.catalog.types import Duration
from specc.live import load
from specc.verify import WorkerPool, verify
from specc.verify.case import Trial
from specc.verify.faults import PROGRAMS, plant
from specc.verify.faults.edits import Edit, in_definition, swap
from specc.verify.parts import UPDATES
from specc.verify.preparing import prepare
from specc.verify.samples import base, batches_for, program_for, variations
from specc_reference import probe

RULES = [
    pytest.param(found.changed, id=found.label)
    for kind in catalog().family("optimizer").values()
    for found in variations(kind)
]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("size", [1e-16, 1e-8, 1.0])
def test_no_update_goes_beyond_its_reach(rule: Optimizer, size: float) -> None:
    """No history of gradients of a size moves a weight farther: noise, jumps, one sign."""
    program = program_for(rule)
    module = load(emit(program, "reference").text, "emitted_reach")
    batch = next(iter(batches_for(program).epoch(0)))
    noise = np.random.default_rng(3)
    histories = (
        lambda shape, _: noise.uniform(-size, size, shape),
        lambda shape, step: np.full(shape, size * (step % 7 == 6)),
        lambda shape, _: np.full(shape, size),
    )
    assert rule.reach(size) > 0.0
    for draw in histories:
        state = module.init_state(steps_per_epoch=3)
        states = [module.export_weights(state)]
        for step in range(20):
            given = {
                path: draw(w.shape, step) for path, w in state.model.weights().items()
            }
            probe.forced_step(module, state, batch, step, given)
            states.append(module.export_weights(state))
        for step, (before, after) in enumerate(pairwise(states)):
            bound = abs(module.learning_rate(step, 3)) * rule.reach(size)
            for path, weight in before.items():
                spare = 1e-15 * np.abs(weight).max()
                assert np.abs(after[path] - weight).max() <= bound * (1 + 1e-9) + spare


FAULTS = {
    "in float32 alone": (
        "convnet",
        in_definition(
            "train_step",
            swap(
                r"^( +)(state\.optimizer\.step\(\))",
                r"\1\2\n\1if state.dtype == torch.float32:\n"
                r"\1    with torch.no_grad():\n"
                r'\1        state.parameters["conv2d_1/bias"].add_(0.5)',
            ),
        ),
    ),
    "a gradient that is all zero": (
        "mlp",
        in_definition(
            "clip_each",
            swap(
                r"limit / norms\.clamp\(min=limit\)", "norms.clamp(max=limit) / norms"
            ),
        ),
    ),
    "a unit of norm 0": (
        "mlp",
        in_definition(
            "max_norm",
            swap(
                r"norm\.clamp\(max=max_value\) / \(1e-7 \+ norm\)",
                "norm.clamp(max=max_value) / norm * (1 - 1e-7 / (1e-7 + norm))",
            ),
        ),
    ),
}


@pytest.mark.parametrize(("program", "edit"), FAULTS.values(), ids=[*FAULTS])
def test_faults_that_ordinary_steps_pass_over(
    pool: WorkerPool, program: str, edit: Edit
) -> None:
    sound = PROGRAMS[program]()
    sides = {name: emit(sound, name) for name in ("torch", "keras", "reference")}
    text = plant(edit, sides["torch"].text)
    sides["torch"] = dataclasses.replace(sides["torch"], text=text)
    verdict = verify(sound, None, sides, batches_for(sound), 10, pool=pool)
    assert verdict.outcome == "different"
    assert UPDATES in {item.part for item in verdict.differences}
    assert {item.guilty for item in verdict.differences} == {"torch"}


def test_an_epoch_is_as_long_for_single_updates_in_all_cases(tmp_path: Path) -> None:
    """Rates that follow epochs are those of the training, whatever was looked at before."""
    decay = base(catalog().find("schedule", "exponential_decay")).model_copy(
        update={"rate": 0.5, "every": Duration(value=50_000, unit="epochs")}
    )
    program = program_for(decay)
    exam = prepare(program, batches_for(program), 6)
    assert len(exam.window.epochs[0]) > 1
    given, emission = tmp_path / "given.safetensors", emit(program, "reference")
    exam.write(given)
    seen: dict[str, Trial] = {}
    for what in (exam.double, exam.at_rest, exam.single):
        case = what(emission, given, tmp_path / "out").model_copy(
            update={"precision": "float64", "bare": False, "singles": ()}
        )
        seen[what.__name__] = Trial(probe, case, "emitted_epochs")
        seen[what.__name__].run()
    whole = seen["double"]
    for part, other in (("updates", "single"), ("odd", "at_rest")):
        found, again = whole.under(part), seen[other].under(part)
        assert found.keys() == again.keys() != set()
        for name, array in again.items():
            np.testing.assert_array_equal(array, found[name], name)
