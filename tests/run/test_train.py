"""Training into a folder, and going on with it."""

from __future__ import annotations

import json
import shutil
import sys
from itertools import pairwise

import numpy as np
import pytest
from run_programs import SPEC, dense, job, lowering, program, stopping

from specc.diagnostics.fault import Fault
from specc.diagnostics.model import Level, Problem
from specc.run import Progress, create, train
from specc.run.checkpoint import newest
from specc.run.environment import choose_device, fitting_threads, usable_threads
from specc.run.failure import replay
from specc.run.recorder import Monitor

KEYS = {"epoch", "step", "seconds", "learning_rate", "loss", "accuracy"}


def contents(path) -> dict[str, bytes]:
    """Every file in a folder."""
    return {str(f): f.read_bytes() for f in path.rglob("*") if f.is_file()}


def same(first, second) -> bool:
    """Whether two sets of arrays are equal, bit for bit."""
    assert set(first) == set(second)
    return all(np.array_equal(first[name], second[name]) for name in first)


def test_all_that_a_run_keeps(folder) -> None:
    made = job(program(4))
    result = train(made, folder, threads=1)
    path = folder.path
    assert {entry.name for entry in path.iterdir()} == {
        *("spec.nnspec", "blocks", "ir.json", "model_reference.py", "history.jsonl"),
        *("checkpoints", "best", "last", "run.json", "preparation.safetensors"),
    }
    assert (path / "spec.nnspec").read_text() == SPEC
    assert (path / "model_reference.py").read_text() == made.emission.text
    lines = [json.loads(x) for x in (path / "history.jsonl").read_text().splitlines()]
    assert [figures["epoch"] for figures in lines] == [1, 2, 3, 4]
    assert set(lines[0]) == KEYS | {"val_loss", "val_accuracy"}
    assert lines == result.history
    record = folder.record()
    assert record["status"] == result.status == "finished"
    assert record["data"]["fingerprint"] == made.prepared.fingerprint
    assert record["data"]["examples"] == {"test": 30, "validation": 24, "training": 96}
    (start,) = record["starts"]
    assert start["command"] == ["specc", "train", "a.nnspec"]
    assert (start["device"], start["threads"]) == ("cpu", 1)
    assert {"python", "numpy"} <= set(start["versions"])
    assert record["seed"] == 5
    assert same(folder.weights("last"), result.module.export_weights(result.state))
    assert newest(folder.checkpoints).epoch == 4


def test_a_run_comes_again(tmp_path) -> None:
    results = [train(job(program()), create(tmp_path / n)) for n in ("a", "b")]
    first, second = (result.folder.weights("last") for result in results)
    assert same(first, second)
    other = program()
    other = other.model_copy(
        update={"training": other.training.model_copy(update={"seed": 6})}
    )
    third = train(job(other), create(tmp_path / "c")).folder.weights("last")
    assert not same(first, third)


def test_best_and_last(folder) -> None:
    result = train(job(program(12, rate=0.3)), folder)
    losses = [figures["val_loss"] for figures in result.history]
    best = int(np.argmin(losses)) + 1
    assert best < 12, "the test needs a run that gets worse"
    content = (folder.path / "best" / "weights.safetensors").read_bytes()
    head = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert head["__metadata__"]["epoch"] == str(best)
    assert float(head["__metadata__"]["figure"]) == min(losses)
    module, state = result.module, result.state
    module.import_weights(state, folder.weights("best"))
    held_out = result.module.evaluate(
        state,
        job(program()).prepared.batches(job(program()).training).validation(),
        module.evaluate_step,
    )
    assert held_out["loss"] == pytest.approx(min(losses), rel=1e-14)


def test_the_best_is_a_finite_number() -> None:
    """An infinite one could not be told from none in a manifest."""
    for figure in (float("nan"), float("inf"), float("-inf")):
        assert not Monitor("loss", False).improves(figure)
        assert not Monitor("accuracy", True).improves(figure)
    assert Monitor("loss", False).improves(1e300)


@pytest.mark.parametrize(
    "callbacks",
    [(), (stopping(),), (lowering(), stopping())],
    ids=["plain", "stopping", "lowering"],
)
def test_resumed_equals_uninterrupted(tmp_path, callbacks) -> None:
    whole = train(job(program(8, callbacks=callbacks)), create(tmp_path / "whole"))
    run = create(tmp_path / "run")
    train(job(program(3, callbacks=callbacks)), run)
    resumed = train(job(program(8, callbacks=callbacks)), run, resume=True)
    assert same(whole.folder.weights("last"), run.weights("last"))
    assert same(whole.folder.weights("best"), run.weights("best"))
    assert same(newest(whole.folder.checkpoints).state, newest(run.checkpoints).state)
    without = [
        [{k: v for k, v in figures.items() if k != "seconds"} for figures in r.history]
        for r in (whole, resumed)
    ]
    assert without[0] == without[1]
    assert [start["from_epoch"] for start in run.record()["starts"]] == [0, 3]


def test_a_lowered_rate_is_in_the_history_and_goes_on_elsewhere(tmp_path) -> None:
    """The record has the rate of an epoch's updates; another backend takes it over."""
    made = program(9, callbacks=(lowering(),), rate=0.1)
    whole = train(job(made), create(tmp_path / "whole"))
    rates = [figures["learning_rate"] for figures in whole.history]
    assert len(set(rates)) >= 3
    assert rates == sorted(rates, reverse=True)
    assert all(b in (a, a * 0.5) for a, b in pairwise(rates))
    run = create(tmp_path / "run")
    train(job(program(5, callbacks=(lowering(),), rate=0.1)), run)
    resumed = train(job(made, "torch"), run, resume=True)
    found = [figures["learning_rate"] for figures in resumed.history]
    assert found == rates


def test_a_replayed_run_lowers_the_rate_too(folder) -> None:
    """What is looked for in a run that failed is looked for at the rates that it had."""
    made = job(program(6, callbacks=(lowering(),), rate=0.1))
    result = train(made, folder)
    module, state = result.running
    batches = made.prepared.batches(made.training)
    fresh = module.init_state(steps_per_epoch=batches.steps_per_epoch)
    again = replay(module, fresh, batches, state.step)
    assert again.plateau.rate == state.plateau.rate < 0.1
    assert same(module.export_state(again), module.export_state(state))


def test_early_stopping_goes_on_counting(tmp_path) -> None:
    made = program(60, callbacks=(stopping(),), rate=0.3)
    whole = train(job(made), create(tmp_path / "whole"))
    assert whole.status == "stopped"
    length = len(whole.history)
    assert length < 60
    # Cut in the patience, so that the wait must have been kept.
    short = program(length - 2, callbacks=(stopping(),), rate=0.3)
    run = create(tmp_path / "run")
    assert train(job(short), run).status == "finished"
    resumed = train(job(made), run, resume=True)
    assert resumed.status == "stopped"
    assert len(resumed.history) == length
    assert same(whole.folder.weights("last"), run.weights("last"))
    assert same(whole.folder.weights("best"), run.weights("best"))
    # Once it has stopped, there is nothing to go on with.
    before = contents(run.path)
    again = train(job(made), run, resume=True)
    assert again.ending == f"stopped early at epoch {length}; nothing to do"
    assert again.running is None
    assert len(again.history) == length
    assert contents(run.path) == before


def test_how_early_stopping_ended_it(tmp_path) -> None:
    result = train(
        job(program(60, callbacks=(stopping(2),), rate=0.3)), create(tmp_path / "a")
    )
    losses = [figures["val_loss"] for figures in result.history]
    best = int(np.argmin(losses))
    assert len(losses) == best + 3
    assert result.ending == (
        f"stopped after epoch {best + 3}: val_loss has not improved for 2 epochs;"
        f" weights of epoch {best + 1} (val_loss {min(losses):.4g}) restored"
    )
    assert result.folder.record()["ending"] == result.ending
    quick = program(2, callbacks=(stopping(),))
    losses = train(job(quick), create(tmp_path / "b"))
    assert losses.ending.startswith("weights of epoch 2 (val_loss 0.")
    assert not train(job(program(1)), create(tmp_path / "c")).ending
    plain = stopping(2).model_copy(update={"restore_best": False})
    result = train(
        job(program(60, callbacks=(plain,), rate=0.3)), create(tmp_path / "d")
    )
    assert f"2 epochs; the best was epoch {best + 1} (val_loss" in result.ending


def test_nothing_is_left_of_a_finished_run(folder) -> None:
    train(job(program(3)), folder)
    before = contents(folder.path)
    loaded = sys.modules.copy()
    for epochs in (3, 2):
        again = train(job(program(epochs)), folder, resume=True)
        assert again.ending == "all 3 epochs are done; nothing to do"
        assert again.status == "finished"
    assert contents(folder.path) == before
    assert not [
        name for name in sys.modules.keys() - loaded if "specc_reference_" in name
    ]
    # What was trained can be used all the same.
    assert again.state.epoch == 0
    assert same(again.module.export_weights(again.state), folder.weights("last"))


def test_a_damaged_checkpoint_is_passed_over(tmp_path) -> None:
    whole = train(job(program(8)), create(tmp_path / "whole"))
    run = create(tmp_path / "run")
    train(job(program(3)), run)
    train(job(program(5)), run, resume=True)
    newest_one = run.checkpoints / "epoch-000005" / "state.safetensors"
    newest_one.write_bytes(newest_one.read_bytes()[:-1])
    resumed = train(job(program(8)), run, resume=True)
    warning, note = resumed.warnings
    assert warning.rule == "checkpoint-damaged"
    assert note.rule == "run-resumed"
    assert "no whole checkpoint of epoch" in note.message
    assert run.record()["starts"][-1]["from_epoch"] < 5
    assert same(whole.folder.weights("last"), run.weights("last"))
    assert [figures["epoch"] for figures in resumed.history] == list(range(1, 9))


def everything(path) -> dict[str, bytes]:
    """All files in a folder."""
    files = (file for file in path.rglob("*") if file.is_file())
    return {str(file.relative_to(path)): file.read_bytes() for file in files}


def refused(made, folder) -> Problem:
    """Resume what is refused, with nothing changed; the problem."""
    before = everything(folder.path)
    with pytest.raises(Fault) as caught:
        train(job(made), folder, resume=True)
    assert everything(folder.path) == before
    assert caught.value.status == 1
    return caught.value.problems[0]


@pytest.mark.parametrize("what", ["damaged", "removed"])
def test_without_any_whole_checkpoint_it_does_not_go_on(folder, what) -> None:
    train(job(program(3)), folder)
    if what == "removed":
        shutil.rmtree(folder.checkpoints)
    for manifest in folder.checkpoints.glob("*/manifest.json"):
        manifest.write_text("{}")
    problem = refused(program(4), folder)
    assert problem.rule == "checkpoint-damaged"
    assert problem.level is Level.ERROR
    assert "--force" in problem.suggestion


def test_a_checkpoint_of_another_model_does_not_fit(tmp_path) -> None:
    layers = [("dense_1", dense(5)), ("dense_2", dense(3, "softmax"))]
    other = train(job(program(2, layers=layers)), create(tmp_path / "other")).folder
    run = train(job(program(2)), create(tmp_path / "run")).folder
    shutil.rmtree(run.checkpoints)
    shutil.copytree(other.checkpoints, run.checkpoints)
    problem = refused(program(4), run)
    assert problem.rule == "run-unreadable"
    assert "does not fit the program" in problem.message


def test_fewer_epochs_than_are_done(folder) -> None:
    train(job(program(3)), folder)
    folder.write_record({**folder.record(), "status": "interrupted"})
    problem = refused(program(2), folder)
    assert problem.rule == "run-differs"
    assert problem.expected == "at least 3 epochs"


def test_warnings_come_before_training(folder) -> None:
    train(job(program(2)), folder)
    newest_one = folder.checkpoints / "epoch-000002" / "state.safetensors"
    newest_one.write_bytes(b"")
    lines = folder.history_file.read_bytes().splitlines(keepends=True)
    folder.history_file.write_bytes(lines[1])
    seen: list[str] = []

    class Watching(Progress):
        def start(self, epochs: int, steps: int, examples: int) -> None:
            seen.append("start")

    result = train(
        job(program(3)),
        folder,
        resume=True,
        progress=Watching(),
        warn=lambda problems: seen.extend(p.rule for p in problems),
    )
    assert seen == ["checkpoint-damaged", "run-unfinished", "run-resumed", "start"]
    assert "lost the figures of epoch 1" in result.warnings[1].message


def test_what_an_earlier_end_said_is_forgotten(folder) -> None:
    train(job(program(2)), folder)
    folder.write_record({**folder.record(), "status": "failed", "reason": "x"})
    train(job(program(3)), folder, resume=True)
    record = folder.record()
    assert "reason" not in record
    assert (record["epochs"], record["epochs_done"]) == (3, 3)


def test_only_the_same_run_is_resumed(folder) -> None:
    train(job(program(2)), folder)
    with pytest.raises(Fault) as caught:
        train(job(program(4, rate=0.02)), folder, resume=True)
    message = caught.value.problems[0].message
    assert message.endswith("another spec: optimizer: learning_rate 0.01 → 0.02")
    other = job(program(4))
    data = other.prepared
    changed = {**data.training, "features": data.training["features"] + 1}
    object.__setattr__(data, "training", changed)
    object.__setattr__(data, "fingerprint", "0" * 64)
    with pytest.raises(Fault) as caught:
        train(other, folder, resume=True)
    assert "the data is not that" in caught.value.problems[0].message


def test_a_device_that_is_not_there(tmp_path) -> None:
    folder = create(tmp_path / "run")
    with pytest.raises(Fault) as caught:
        train(job(program(2)), folder, device="cuda")
    assert caught.value.status == 3
    assert caught.value.problems[0].rule == "device-missing"
    assert not folder.path.exists(), "a run that did not begin leaves nothing"


def test_a_probe_tells_its_devices() -> None:
    class Probe:
        @staticmethod
        def devices() -> tuple[str, ...]:
            return ("cuda", "cpu")

    found = job(program(1)).backend
    assert choose_device(found, Probe, "auto") == "cuda"
    assert choose_device(found, Probe, "cpu") == "cpu"


def test_threads_for_large_models_only() -> None:
    assert fitting_threads(program()) == 1
    large = [("dense_1", dense(4000)), ("dense_2", dense(4000)), ("dense_3", dense(3))]
    assert fitting_threads(program(layers=large)) == usable_threads()
