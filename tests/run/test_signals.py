"""Real processes that are interrupted and killed."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from run_programs import job, program, stopping

from specc.run import (
    Interrupted,
    Progress,
    RunFolder,
    create,
    evaluate,
    load_run,
    open_run,
    recorder,
    train,
)
from specc.run.checkpoint import newest
from specc.run.loaded import weights_of

EPOCHS = 25

#: Trains slowly in the folder named on the command line, and goes on if it is a run.
CODE = f"""
import sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from run_programs import job, program, stopping
from specc.diagnostics.fault import Fault
from specc.run import Progress, create, open_run, train

class Slow(Progress):
    def step(self, epoch, rows, rate, logs):
        time.sleep(0.004)

def said(warnings):
    print(*(warning.message for warning in warnings), sep="\\n")

path = Path(sys.argv[1])
resume = (path / "run.json").exists()
made = job(program({EPOCHS}, callbacks=(stopping(50.0),)))
try:
    run = open_run(path) if resume else create(path)
    train(made, run, resume=resume, progress=Slow(), warn=said)
except Fault as fault:
    print(fault.problems[0].suggestion)
    sys.exit(fault.status)
"""


def begin(path: Path) -> subprocess.Popen[str]:
    """Start the process."""
    return subprocess.Popen(
        [sys.executable, "-c", CODE, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def wait_for_epochs(process: subprocess.Popen[str], path: Path, count: int) -> None:
    """Wait until the run has figures of so many epochs."""
    deadline = time.monotonic() + 60
    history = path / "history.jsonl"
    while not history.exists() or history.read_text().count("\n") < count:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def agreeing(run: RunFolder) -> int:
    """How many epochs an interrupted run has; its figures, checkpoint and weights agree."""
    done = run.record()["epochs_done"]
    assert [figures["epoch"] for figures in run.history()] == [*range(1, done + 1)]
    checkpoint = newest(run.checkpoints)
    assert checkpoint is not None
    assert checkpoint.epoch == done
    assert equal(run.weights("last"), checkpoint.weights)
    return done


def whole(tmp_path: Path):
    """The same training, not interrupted."""
    made = program(EPOCHS, callbacks=(stopping(50.0),))
    return train(job(made), create(tmp_path / "whole"), threads=1)


def equal(first, second) -> bool:
    """Whether two sets of arrays are equal, bit for bit."""
    return first.keys() == second.keys() and all(
        np.array_equal(first[name], second[name]) for name in first
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_a_run_that_can_be_used_and_resumed(tmp_path, number) -> None:
    path = tmp_path / "run"
    process = begin(path)
    wait_for_epochs(process, path, 3)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number, err
    assert "--resume" in out
    assert "Traceback" not in err
    run = open_run(path)
    record = run.record()
    assert record["status"] == "interrupted"
    assert 3 <= record["epochs_done"] < EPOCHS
    figures = evaluate(load_run(run), "test").figures
    assert np.isfinite(figures["loss"])
    done = agreeing(run)
    (warning,) = load_run(run).warnings
    assert warning.rule == "run-unfinished"
    assert f"was interrupted after epoch {done} of {EPOCHS}" in warning.message
    process = begin(path)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert f"resuming {path} from epoch {done + 1} of {EPOCHS}\n" in out
    assert equal(run.weights("last"), whole(tmp_path).folder.weights("last"))


@pytest.mark.parametrize("seed", [0, 1])
def test_killed_again_and_again_it_ends_the_same(tmp_path, seed) -> None:
    path = tmp_path / "run"
    random = np.random.default_rng(seed)
    kills = 0
    while True:
        before = len(open_run(path).history()) if (path / "run.json").exists() else 0
        process = begin(path)
        if kills < 4:
            wait_for_epochs(process, path, min(before + 2, EPOCHS - 1))
            time.sleep(float(random.uniform(0, 0.05)))
            process.kill()
            process.communicate()
            kills += 1
            weights, warnings = weights_of(open_run(path), "last")
            assert weights
            assert warnings[0].rule == "run-unfinished"
            continue
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        break
    run, expected = open_run(path), whole(tmp_path)
    assert len(run.record()["starts"]) == 5
    assert equal(run.weights("last"), expected.folder.weights("last"))
    assert equal(run.weights("best"), expected.folder.weights("best"))
    figures = [
        [{k: v for k, v in f.items() if k != "seconds"} for f in r.history()]
        for r in (run, expected.folder)
    ]
    assert figures[0] == figures[1]
    assert json.loads((path / "run.json").read_text())["status"] == "finished"


class Impatient(Progress):
    """Sends so many signals to this very process in the third epoch."""

    def __init__(self, times: int, number: int = signal.SIGINT) -> None:
        self.times = times
        self.number = number

    def step(self, epoch: int, rows: int, rate: float, logs: object) -> None:
        """One step."""
        while epoch == 3 and self.times:
            self.times -= 1
            os.kill(os.getpid(), self.number)


@pytest.mark.parametrize("times", [1, 2])
def test_the_second_ctrl_c_interrupts_at_once(tmp_path, times) -> None:
    run = create(tmp_path / "run")
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Interrupted) as caught:
        train(job(program(9)), run, progress=Impatient(times))
    assert caught.value.status == 130
    assert signal.getsignal(signal.SIGINT) is before
    # A step may have been cut in the middle; what the epoch before it left is whole.
    assert agreeing(run) == 2
    train(job(program(9)), run, resume=True)
    expected = train(job(program(9)), create(tmp_path / "whole")).folder
    assert equal(run.weights("last"), expected.weights("last"))


def test_ctrl_c_in_the_first_epoch(tmp_path) -> None:
    class AtOnce(Progress):
        def step(self, epoch: int, rows: int, rate: float, logs: object) -> None:
            os.kill(os.getpid(), signal.SIGINT)

    run = create(tmp_path / "run")
    with pytest.raises(Interrupted):
        train(job(program(3)), run, progress=AtOnce())
    assert run.history() == []
    assert run.record()["epochs_done"] == 0
    weights, (warning,) = weights_of(run, "last")
    assert weights
    assert warning.message.endswith("was interrupted in its first epoch")
    train(job(program(3)), run, resume=True)
    expected = train(job(program(3)), create(tmp_path / "whole")).folder
    assert equal(run.weights("last"), expected.weights("last"))


@pytest.mark.parametrize("epoch", [2, 6, 14])
def test_epochs_too_short_for_checkpoints_are_not_lost(tmp_path, monkeypatch, epoch):
    class InEpoch(Impatient):
        def step(self, epoch_now: int, rows: int, rate: float, logs: object) -> None:
            super().step(3 if epoch_now == epoch else 0, rows, rate, logs)

    monkeypatch.setattr(recorder, "SHARE", 1e-9)  # no time for one after the first
    made = program(15, callbacks=(stopping(50.0),))
    run = create(tmp_path / "run")
    with pytest.raises(Interrupted):
        train(job(made), run, progress=InEpoch(1))
    assert agreeing(run) == epoch - 1
    monkeypatch.undo()
    said: list[str] = []
    train(
        job(made),
        run,
        resume=True,
        warn=lambda warnings: said.extend(warning.message for warning in warnings),
    )
    assert said == [f"resuming {run.path} from epoch {epoch} of 15"]
    expected = train(job(made), create(tmp_path / "whole")).folder
    for which in ("last", "best"):
        assert equal(run.weights(which), expected.weights(which))
    assert agreeing(run) == 15


def test_last_weights_of_a_start_before_are_not_taken_for_those_of_this_one(tmp_path):
    run = create(tmp_path / "run")
    with pytest.raises(Interrupted):
        train(job(program(9)), run, progress=Impatient(1))
    train(job(program(9)), run, resume=True)
    older = run.weights("last")
    run.write_record({**run.record(), "status": "running"})  # as one that was killed
    run.write_weights("last", {name: 0 * v for name, v in older.items()}, {})
    weights, (warning,) = weights_of(run, "last")
    assert equal(weights, older)
    assert "did not come to its end; these are those after epoch 9" in warning.message


def test_a_finished_run_that_lost_its_weights(tmp_path) -> None:
    run = train(job(program(2)), create(tmp_path / "run")).folder
    kept = run.weights("last")
    assert weights_of(run, "last")[1] == []
    shutil.rmtree(run.path / "last")
    weights, (warning,) = weights_of(run, "last")
    assert equal(weights, kept)
    lost = "has lost its last weights; these are those after epoch 2"
    assert warning.message == f"{run.path} {lost}"


NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("number", NUMBERS)
def test_handlers_are_as_before(tmp_path, number) -> None:
    def mine(*_: object) -> None:
        raise AssertionError("it is not asked while training")

    before = [signal.signal(each, mine) for each in NUMBERS]
    try:
        with pytest.raises(Interrupted) as caught:
            train(
                job(program(9)), create(tmp_path / "r"), progress=Impatient(1, number)
            )
        assert caught.value.status == 128 + number
        assert [signal.getsignal(each) for each in NUMBERS] == [mine] * 3
    finally:
        for each, handler in zip(NUMBERS, before, strict=True):
            signal.signal(each, handler)
    name = "" if number == signal.SIGINT else f" by {signal.Signals(number).name}"
    assert caught.value.problems[0].message.startswith(f"interrupted{name};")


def test_what_is_ignored_stays_ignored(tmp_path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        impatient = Impatient(1, signal.SIGHUP)
        result = train(job(program(4)), create(tmp_path / "run"), progress=impatient)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert result.status == "finished"
    assert impatient.times == 0


def test_beside_the_main_thread_handlers_are_left_alone(tmp_path) -> None:
    before = [signal.getsignal(number) for number in NUMBERS]
    during: list[object] = []

    class Looking(Progress):
        def epoch(self, figures: object) -> None:
            during.extend(signal.getsignal(number) for number in NUMBERS)

    def run() -> None:
        train(job(program(1)), create(tmp_path / "run"), progress=Looking())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert during == before
    assert open_run(tmp_path / "run").record()["status"] == "finished"


def test_a_terminal_that_is_gone(tmp_path) -> None:
    """Its end is told by SIGHUP, and nothing can be written to it any more."""

    class Gone(Progress):
        def step(self, epoch: int, rows: int, rate: float, logs: object) -> None:
            if epoch == 2:
                os.kill(os.getpid(), signal.SIGHUP)
                raise OSError(errno.EIO, os.strerror(errno.EIO))

    run = create(tmp_path / "run")
    with pytest.raises(Interrupted) as caught:
        train(job(program(3)), run, progress=Gone())
    assert caught.value.status == 129
    assert run.record()["status"] == "interrupted"
