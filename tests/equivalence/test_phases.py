"""Trainings of several phases, and frozen layers, over steps that cross all boundaries."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sides import SIDES, emit
from watched import Watch

from specc.api import Spec, load
from specc.live import load as run_text
from specc.verify import WorkerPool, render
from specc.verify.samples import MODELS, batches_for

pytestmark = pytest.mark.xdist_group("equivalence")

SPECS = sorted((Path(__file__).parent / "phases").glob("*.nnspec"))
STEPS = 60


def copied(path: Path, arrays: Path) -> Spec:
    copy = arrays / path.name
    copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return load(copy, strict=True)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_all_backends_agree(pool: WorkerPool, arrays: Path, path: Path) -> None:
    spec = copied(path, arrays)
    verdict = spec.verify(backends=SIDES, steps=STEPS, pool=pool)
    assert verdict.equal, render(verdict)
    assert verdict.steps >= STEPS * 2 // 3  # early stopping may end phases


@pytest.fixture
def running() -> Any:
    """The reference program of the sample with three phases."""
    text = emit(MODELS["phases"](), "reference").text
    module = run_text(text, "specc_of_three_phases")
    yield module
    del sys.modules[module.__name__]


def test_what_a_phase_begins_with(running: Any) -> None:
    """Counters go on; slots, rates and what is frozen are the phase's own."""
    program, watch = MODELS["phases"](), Watch(running)
    batches = batches_for(program)
    state, history = running.train(batches, None, watch)
    per = batches.steps_per_epoch
    numbers = [int(s["counter/phase"]) for s in watch.states]
    assert numbers == sorted(numbers)
    assert set(numbers) == {0, 1, 2}
    assert [int(s["counter/step"]) for s in watch.states] == [
        *range(1, len(numbers) + 1)
    ]
    assert [record["epoch"] for record in history] == [*range(1, len(history) + 1)]
    assert state.step == len(numbers)
    start = running.export_weights(running.init_state())
    for found in watch.states:
        phase = int(found["counter/phase"])
        for path in running.FROZEN[phase]:
            assert np.array_equal(found[path], start[path]), path
            assert not any(name.endswith(f"/{path}") for name in found if "opt" in name)
        if phase == 0:
            for name in ("moving_mean", "moving_variance"):
                path = f"batch_normalization_1/{name}"
                assert np.array_equal(found[path], start[path])
    # The first update of a phase makes slots of a fresh optimizer.
    first = numbers.index(1)
    found, beta = watch.states[first], 0.999
    momentum = found["optimizer/momentum/dense_3/kernel"]
    velocity = found["optimizer/velocity/dense_3/kernel"]
    gradient = momentum / (1 - 0.9)
    np.testing.assert_allclose(velocity, (1 - beta) * gradient**2, rtol=1e-9)
    # The schedule counts from the phase's first update.
    rates = [record["learning_rate"] for record in history if record["phase"] == 2]
    assert rates[0] == pytest.approx(0.01 * 0.5 ** ((per - 1) / 5))
    later = [record["learning_rate"] for record in history if record["phase"] == 3]
    assert later[: len(rates)] == rates[: len(later)]


def test_the_best_weights_are_restored_at_the_end_of_a_phase(running: Any) -> None:
    """The next phase begins with them."""
    program = MODELS["phases"]()
    began: list[dict[str, np.ndarray]] = []
    begin = running.begin_phase

    def watched(state: Any, number: int) -> None:
        if number == 1:
            began.append(running.export_weights(state))
            assert state.stopping.best_weights is not None
            best = state.stopping.best_weights
            assert all(np.array_equal(began[0][path], best[path]) for path in best)
        begin(state, number)

    running.begin_phase = watched
    running.train(batches_for(program))
    assert began


@pytest.mark.parametrize("epochs", [2, 4, 6, 9])
def test_training_goes_on_from_the_middle_of_any_phase(
    running: Any, epochs: int
) -> None:
    program = MODELS["phases"]()
    batches, whole = batches_for(program), Watch(running)
    running.train(batches, None, whole)
    state = running.init_state(steps_per_epoch=batches.steps_per_epoch)
    with pytest.raises(KeyboardInterrupt):
        running.train(batches, state, Watch(running, epochs))
    again = running.init_state(steps_per_epoch=batches.steps_per_epoch)
    running.import_state(again, running.export_state(state))
    assert again.phase == state.phase
    again.stopping = state.stopping
    rest = Watch(running)
    running.train(batches, again, rest)
    assert rest.states
    for one, other in zip(whole.states[-len(rest.states) :], rest.states, strict=True):
        assert one.keys() == other.keys()
        assert all(np.array_equal(one[name], other[name]) for name in one)


def test_a_state_of_another_phase_is_taken_whole_or_not_at_all(running: Any) -> None:
    state = running.init_state()
    later = running.init_state()
    running.begin_phase(later, 1)
    arrays = running.export_state(later)
    before = running.export_state(state)
    for name in ("optimizer/velocity/dense_1/kernel", "counter/phase_step"):
        with pytest.raises(KeyError, match=name):
            running.import_state(state, {n: a for n, a in arrays.items() if n != name})
    for phase in (-1, 3):
        wrong = arrays | {"counter/phase": np.array(phase)}
        with pytest.raises(ValueError, match="counter/phase"):
            running.import_state(state, wrong)
    assert state.phase == 0
    after = running.export_state(state)
    assert all(np.array_equal(before[name], after[name]) for name in before)
