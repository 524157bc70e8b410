"""The part of the data and of the rates that a comparison looks at."""

from __future__ import annotations

import numpy as np
import pytest

from specc.catalog.optimizers import SGD
from specc.catalog.schedules.piecewise_constant import Piece, PiecewiseConstant
from specc.catalog.types import Duration
from specc.runtime.batches import ArrayBatches
from specc.verify import window as windows
from specc.verify.faults import PROGRAMS
from specc.verify.preparing import prepare
from specc.verify.questions import late_rates
from specc.verify.samples import batches_for, program_for
from specc.verify.window import window


@pytest.mark.parametrize("held_out", [5, 8, 11, 16, 29, 40])
def test_held_out_data_ends_with_its_true_last_batch(held_out: int) -> None:
    batches = batches_for(PROGRAMS["mlp"](), held_out=held_out)
    seen = window(batches, 4, (2,))
    whole = [batch["ids"].tolist() for batch in batches.validation() or ()]
    chosen = [seen.batches[name]["ids"].tolist() for name in seen.validation]
    assert chosen == (whole if len(whole) <= 3 else [*whole[:2], whole[-1]])


def test_long_windows_stay_within_their_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = batches_for(PROGRAMS["mlp"]())
    one = sum(array.nbytes for array in next(iter(batches.epoch(0))).values())
    monkeypatch.setattr(windows, "BATCHES_BUDGET", 7 * one)
    seen = window(batches, 10**9, (10**6,))
    held = [seen.batches[name] for name in seen.updates()]
    assert sum(array.nbytes for batch in held for array in batch.values()) <= 9 * one
    assert len(seen.epochs) >= 2


def test_each_phase_has_epochs_of_its_own() -> None:
    rows = {"x": np.zeros((24, 2))}
    batches = ArrayBatches(rows, None, batch_size=8, seed=1, shuffle=True)
    assert window(batches, 60, (4, 9, 1)).spans == (4, 9, 1)
    assert window(batches, 6, (4, 9, 1)).spans == (2, 2, 1)
    seen = window(batches, 24, (4, 9, 1))
    assert len(seen.epochs) == sum(seen.spans)
    assert len(seen.updates()) >= 24


def test_rates_are_asked_for_where_durations_end_and_at_the_end() -> None:
    pieces = (
        Piece(value=0.05, span=Duration(value=8000, unit="epochs")),
        Piece(value=0.02, span=Duration(value=100, unit="steps")),
        Piece(value=0.01),
    )
    rule = SGD.model_validate({"learning_rate": PiecewiseConstant(pieces=pieces)})
    program = program_for(rule)
    assert program.training is not None
    phase = program.training.phases[0].model_copy(update={"epochs": 9000})
    training = program.training.model_copy(update={"phases": (phase,)})
    program = program.model_copy(update={"training": training})
    known = prepare(program, batches_for(program), 4)
    steps = known.window.steps
    late = late_rates(phase, known.rates, steps)
    for end in (8000 * steps, 8000 * steps + 100):
        assert {end - 1, end, end + 1} <= set(late)
    assert late[-1] == 9000 * steps - 1
    assert late[0] >= known.rates


def test_batches_bring_ties_and_weights_of_zero() -> None:
    program = PROGRAMS["mlp"]()
    batch = next(iter(batches_for(program).epoch(0)))
    found = windows.adversarial(batch, program, 6)
    assert (found["zeros"]["label_target"][::2] == 0).all()
    hot = windows._first_class(np.eye(3, dtype=np.float32)[[2, 1, 0, 1]])
    assert hot.tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0]]
    free = np.array([[0.3], [0.7]], dtype=np.float32)
    assert (windows._first_class(free) == free).all()
