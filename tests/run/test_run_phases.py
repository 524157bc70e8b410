"""Runs of several phases: what is kept of them, and how they go on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_programs import job, program, stopping

from specc import ir
from specc.catalog.optimizers import SGD
from specc.diagnostics.fault import Fault
from specc.live import load
from specc.run import create, train
from specc.run.job import Interrupted
from specc.run.progress import Progress, line


def phased(first: int = 3, second: int = 5, **changes: Any) -> ir.Program:
    """Two phases: of the second layer, then of both."""
    made = program(first, precision="float64")
    assert made.training is not None
    (phase,) = made.training.phases
    head = phase.model_copy(
        update={"name": "head", "frozen": ("dense_1/kernel", "dense_1/bias")}
    )
    descent = SGD.model_validate({"learning_rate": 0.05, "momentum": 0.9})
    whole = phase.model_copy(
        update={"name": "whole", "epochs": second, "optimizer": descent, **changes}
    )
    training = made.training.model_copy(update={"phases": (head, whole)})
    return made.model_copy(update={"training": training})


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name]) for name in one
    )


class Leave(Progress):
    """Ends the run after so many epochs, as Ctrl-C does."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.phases: list[str] = []

    def phase(self, name: str) -> None:
        self.phases.append(name)

    def epoch(self, figures: Any) -> None:
        if figures["epoch"] == self.after:
            raise KeyboardInterrupt


def test_the_history_names_phases(tmp_path: Path) -> None:
    shown = Leave(0)
    result = train(job(phased()), create(tmp_path / "run"), progress=shown)
    names = [figures["phase"] for figures in result.history]
    assert names == ["head"] * 3 + ["whole"] * 5
    assert [figures["epoch"] for figures in result.history] == [*range(1, 9)]
    assert shown.phases[-1] == "whole"
    assert "head" in shown.phases
    text = line(result.history[3], 8, 90)
    assert text.startswith("epoch 4/8  whole  loss ")
    assert ", phase=" not in repr(result)


@pytest.mark.parametrize("after", [2, 3, 5])
def test_an_interrupted_run_goes_on_in_its_phase(tmp_path: Path, after: int) -> None:
    whole = train(job(phased()), create(tmp_path / "whole"))
    run = create(tmp_path / "run")
    with pytest.raises(Interrupted):
        train(job(phased()), run, progress=Leave(after))
    result = train(job(phased()), run, resume=True)
    assert same(whole.folder.weights("last"), run.weights("last"))
    assert [f["phase"] for f in result.history] == [f["phase"] for f in whole.history]


def test_a_run_goes_on_with_more_epochs_in_its_last_phase(tmp_path: Path) -> None:
    whole = train(job(phased(3, 6)), create(tmp_path / "whole"))
    run = create(tmp_path / "run")
    train(job(phased(3, 2)), run)
    train(job(phased(3, 6)), run, resume=True)
    assert same(whole.folder.weights("last"), run.weights("last"))
    with pytest.raises(Fault, match="epochs 3 → 4"):
        train(job(phased(4, 6)), run, resume=True)


@pytest.mark.parametrize("other", ["torch", "keras"])
def test_another_backend_goes_on_in_the_second_phase(
    tmp_path: Path, other: str
) -> None:
    whole = train(job(phased()), create(tmp_path / "whole"))
    run = create(tmp_path / "run")
    train(job(phased(3, 2)), run)
    train(job(phased(), other), run, resume=True)
    wanted = whole.folder.weights("last")
    for name, array in run.weights("last").items():
        np.testing.assert_allclose(array, wanted[name], rtol=1e-9, atol=1e-12)


def test_early_stopping_of_phases_is_told(tmp_path: Path) -> None:
    made = phased(40, 30, callbacks=(stopping(2),))
    assert made.training is not None
    head, whole = made.training.phases
    head = head.model_copy(update={"callbacks": (stopping(1),)})
    training = made.training.model_copy(update={"phases": (head, whole)})
    made = made.model_copy(update={"training": training})
    result = train(job(made), create(tmp_path / "run"))
    assert result.status == "stopped"
    counts = [f["phase"] for f in result.history].count("head")
    assert counts < 40
    told = result.ending.split("; whole: ")
    assert told[0].startswith("head: ")
    assert f"stopped after epoch {counts}: " in told[0]
    losses = [figures["val_loss"] for figures in result.history]
    best = int(np.argmin(losses[counts:])) + counts
    assert f"weights of epoch {best + 1} (val_loss {losses[best]:.4g})" in told[1]
    again = train(job(made), result.folder, resume=True)
    assert "nothing to do" in again.ending


def test_a_loss_that_is_no_number_names_its_phase(tmp_path: Path) -> None:
    wild = SGD.model_validate({"learning_rate": 1e300})
    made = phased(2, 2, optimizer=wild)
    with pytest.raises(Fault) as caught:
        train(job(made), create(tmp_path / "run"))
    (problem,) = caught.value.problems
    assert problem.rule == "loss-not-finite"
    assert "(phase whole)" in problem.message
    assert "epoch 3" in problem.message


def test_an_emitted_program_trains_alone(tmp_path: Path) -> None:
    text = job(phased()).emission.text
    module = load(text, "specc_alone_in_phases")
    assert module.PHASES == ("head", "whole")
    assert module.EPOCHS == (3, 5)
    made = job(phased())
    state, history = module.train(made.prepared.batches(made.training))
    assert (state.phase, state.epoch, len(history)) == (1, 8, 8)


def test_only_the_last_phase_may_become_longer(tmp_path: Path) -> None:
    folder = train(job(phased(1, 1)), create(tmp_path / "run")).folder
    with pytest.raises(Fault) as caught:
        train(job(phased(2, 1)), folder, resume=True)
    (problem,) = caught.value.problems
    assert problem.expected == "only the number of epochs of the last phase may change"
