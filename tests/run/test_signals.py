"""Real processes that are interrupted and killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from run_programs import job, program, stopping

from specc.run import (
    Interrupted,
    Progress,
    create,
    evaluate,
    load_run,
    open_run,
    train,
)
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

path = Path(sys.argv[1])
resume = (path / "run.json").exists()
made = job(program({EPOCHS}, callbacks=(stopping(50.0),)))
try:
    train(made, open_run(path) if resume else create(path), resume=resume, progress=Slow())
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


def whole(tmp_path: Path):
    """The same training, not interrupted."""
    made = program(EPOCHS, callbacks=(stopping(50.0),))
    return train(job(made), create(tmp_path / "whole"), threads=1)


def equal(first, second) -> bool:
    """Whether two sets of arrays are equal, bit for bit."""
    return first.keys() == second.keys() and all(
        np.array_equal(first[name], second[name]) for name in first
    )


def test_ctrl_c_leaves_a_run_that_can_be_used_and_resumed(tmp_path) -> None:
    path = tmp_path / "run"
    process = begin(path)
    wait_for_epochs(process, path, 3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "--resume" in out
    assert "Traceback" not in err
    run = open_run(path)
    record = run.record()
    assert record["status"] == "interrupted"
    assert 3 <= record["epochs_done"] < EPOCHS
    figures = evaluate(load_run(run), "test").figures
    assert np.isfinite(figures["loss"])
    assert load_run(run).warnings == (), "it has last weights"
    process = begin(path)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
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
    """Sends so many Ctrl-C to this very process in the third epoch."""

    def __init__(self, times: int) -> None:
        self.times = times

    def step(self, epoch: int, rows: int, rate: float, logs: object) -> None:
        """One step."""
        while epoch == 3 and self.times:
            self.times -= 1
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("times", [1, 2])
def test_the_second_ctrl_c_interrupts_at_once(tmp_path, times) -> None:
    run = create(tmp_path / "run")
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Interrupted) as caught:
        train(job(program(9)), run, progress=Impatient(times))
    assert caught.value.status == 130
    assert signal.getsignal(signal.SIGINT) is before
    # A step that was cut in the middle leaves no weights; the checkpoint has some.
    assert (run.path / "last").exists() is (times == 1)
    assert weights_of(run, "last")[0]
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
    train(job(program(3)), run, resume=True)
    expected = train(job(program(3)), create(tmp_path / "whole")).folder
    assert equal(run.weights("last"), expected.weights("last"))
