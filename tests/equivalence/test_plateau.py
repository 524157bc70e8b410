"""Learning rates that are lowered on a plateau, within the steps that are proven."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sides import SIDES, emit
from watched import Watch

from specc.api import Spec, load
from specc.catalog import catalog
from specc.catalog.optimizers import SGD
from specc.catalog.types import Duration
from specc.data import prepare
from specc.live import load as run_text
from specc.verify import WorkerPool, render, verify
from specc.verify.faults import plant
from specc.verify.faults.edits import in_definition, swap
from specc.verify.samples import batches_for, program_for
from specc.verify.samples.drafts import with_phase
from specc.verify.ties import improvements

pytestmark = pytest.mark.xdist_group("equivalence")

FOLDER = Path(__file__).parent / "plateau"
SPECS = sorted(FOLDER.glob("*.nnspec"))
STEPS = 68


def copied(path: Path, arrays: Path) -> Spec:
    copy = arrays / path.name
    copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return load(copy)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_all_backends_agree(pool: WorkerPool, arrays: Path, path: Path) -> None:
    verdict = copied(path, arrays).verify(backends=SIDES, steps=STEPS, pool=pool)
    assert verdict.equal, render(verdict)
    assert verdict.steps >= 44  # early stopping may end the last phase


@pytest.mark.parametrize("callback", ["reduce_on_plateau", "early_stopping"])
def test_a_tie_within_rounding_is_told(pool: WorkerPool, callback: str) -> None:
    """Accuracy that stays the same is better on one side, by its last digit."""
    rule = (
        catalog()
        .find("callback", callback)
        .model_validate(
            {
                "monitor": "accuracy",
                "min_delta": 0.0,
                "patience": Duration(value=1, unit="epochs"),
            }
        )
    )
    slow = SGD.model_validate({"learning_rate": 1e-9})
    program = with_phase(program_for(rule), optimizer=slow)
    emissions = {name: emit(program, name) for name in ("torch", "reference")}
    means = r"\*\*means\.result\(\)"
    rising = "**{n: f * (1 + 4e-16 * state.epoch) for n, f in means.result().items()}"
    text = plant(in_definition("train", swap(means, rising)), emissions["torch"].text)
    emissions["torch"] = replace(emissions["torch"], text=text)
    verdict = verify(program, None, emissions, batches_for(program), 10, pool=pool)
    assert not verdict.equal
    told = "accuracy of epoch 2 is better than the best before, or not, by no more than"
    hints = [item.hint for item in verdict.differences]
    assert f"{told} rounding: {callback} may decide either way" in hints, render(
        verdict
    )


@pytest.fixture(params=SPECS, ids=lambda path: path.stem)
def running(request: pytest.FixtureRequest, arrays: Path) -> Iterator[tuple[Any, Any]]:
    """The reference program of a spec, and its batches."""
    program = copied(request.param, arrays).program().program
    module = run_text(emit(program, "reference").text, "specc_of_a_plateau")
    assert program.data is not None
    assert program.training is not None
    yield module, prepare(program.data, arrays).batches(program.training)
    del sys.modules[module.__name__]


def test_the_rate_falls_within_the_steps_that_are_proven(running: Any) -> None:
    """At least twice, and the record has the rate that its updates were made with."""
    module, batches = running
    watch = Watch(module)
    _, history = module.train(batches, None, watch)
    phases = [record.get("phase", 1.0) for record in history]
    rates = [record["learning_rate"] for record in history]
    falls = [
        (phase, rate / before)
        for phase, last, rate, before in zip(
            phases[1:], phases, rates[1:], rates, strict=False
        )
        if phase == last and rate < before
    ]
    assert len([phase for phase, _ in falls if phase != 2]) >= 2
    per = batches.steps_per_epoch
    for number, rate in enumerate(rates):
        states = watch.states[number * per : (number + 1) * per]
        if "counter/plateau_rate" in states[0]:
            assert {float(state["counter/plateau_rate"]) for state in states} == {rate}
    assert rates[0] == module.learning_rate(0, per, *((0,) if max(phases) > 1 else ()))


@pytest.mark.parametrize("epochs", [3, 5, 8, 10])
def test_training_goes_on_from_any_epoch(running: Any, epochs: int) -> None:
    module, batches = running
    whole, per = Watch(module), batches.steps_per_epoch
    module.train(batches, None, whole)
    state = module.init_state(steps_per_epoch=per)
    with pytest.raises(KeyboardInterrupt):
        module.train(batches, state, Watch(module, epochs))
    again = module.init_state(steps_per_epoch=per)
    module.import_state(again, module.export_state(state))
    again.stopping = state.stopping
    rest = Watch(module)
    module.train(batches, again, rest)
    assert len(rest.states) > per
    for one, other in zip(whole.states[-len(rest.states) :], rest.states, strict=True):
        assert one.keys() == other.keys()
        assert all(np.array_equal(one[name], other[name]) for name in one)


def test_a_figure_that_is_no_number_hides_no_tie() -> None:
    rule = (
        catalog()
        .find("callback", "reduce_on_plateau")
        .model_validate(
            {
                "monitor": "loss",
                "min_delta": 0.0,
                "patience": Duration(value=1, unit="epochs"),
            }
        )
    )
    nan = float("nan")
    assert improvements({1: nan, 2: 1.0, 3: nan, 4: 1.0, 5: 0.5}, rule) == {
        4: 0,
        5: 0.5,
    }
