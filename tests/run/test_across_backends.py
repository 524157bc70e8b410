"""Runs that go on, and are used, on another backend; each framework in its own process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from run_programs import job, normalized, program, stopping

from specc.backend import backend
from specc.run import create, evaluate, load_run, open_run, predict_samples, train

#: A backend, then steps ``folder:epochs:how``: trains, then uses each run.
CODE = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
import numpy as np
from run_programs import job, normalized, program, stopping
from specc.run import create, evaluate, load_run, open_run, predict_samples, train

for step in sys.argv[2:]:
    path, epochs, how = step.rsplit(":", 2)
    folder = open_run(Path(path)) if how == "resume" else create(Path(path))
    made = program(
        int(epochs), layers=normalized(), callbacks=(stopping(),), precision="float64"
    )
    made = job(made, sys.argv[1])
    assert "cpu" in made.backend.load_probe().devices()
    train(made, folder, device="cpu", threads=1, resume=how == "resume")
    loss = evaluate(load_run(folder), "test").figures["loss"]
    samples = predict_samples(load_run(folder), {{"features": np.ones((5, 4))}}, 3)
    print(loss, *samples.mean["species"].ravel())
"""

FRAMEWORKS = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(bool(backend(name).missing()), reason=f"no {name}"),
    )
    for name in ("torch", "keras")
]


def in_process(name: str, *steps: str) -> np.ndarray:
    """Train in a process of its own; for each step the test loss and some samples."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, name, *steps],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    return np.array([[float(word) for word in line.split()] for line in lines])


def here(path: Path, epochs: int, resume: bool = False):
    """Train on the reference backend, in float64 as all in this file."""
    made = program(
        epochs, layers=normalized(), callbacks=(stopping(),), precision="float64"
    )
    made = job(made)
    return train(made, open_run(path) if resume else create(path), resume=resume)


def close(first, second) -> None:
    """Both sets of weights agree up to rounding."""
    assert first.keys() == second.keys()
    for name, values in first.items():
        np.testing.assert_allclose(second[name], values, rtol=0, atol=1e-11)


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_resuming_across_backends(tmp_path, name) -> None:
    whole = here(tmp_path / "whole", 6)
    here(tmp_path / "a", 3)
    figures = in_process(
        name,
        f"{tmp_path}/there:6:new",
        f"{tmp_path}/a:6:resume",
        f"{tmp_path}/b:3:new",
        f"{tmp_path}/c:3:new",
        f"{tmp_path}/c:6:resume",
    )
    here(tmp_path / "b", 6, resume=True)
    weights = {run: open_run(tmp_path / run).weights("last") for run in "abc"}
    weights["there"] = open_run(tmp_path / "there").weights("last")
    # All there, begun here and ended there, begun there and ended here: all the same.
    for run in ("there", "a", "b"):
        close(whole.folder.weights("last"), weights[run])
    # On one backend, resumed is uninterrupted, bit for bit.
    assert all(np.array_equal(weights["c"][k], w) for k, w in weights["there"].items())
    run = open_run(tmp_path / "a")
    starts = [(x["backend"], x["from_epoch"]) for x in run.record()["starts"]]
    assert starts == [("reference", 0), (name, 3)]
    assert run.has_model(name)
    assert run.has_model("reference")
    # Weights and samples of the one are used on the other.
    loaded = load_run(run, backend_name="reference")
    samples = predict_samples(loaded, {"features": np.ones((5, 4))}, 3)
    loss = evaluate(loaded, "test").figures["loss"]
    mine = [loss, *samples.mean["species"].ravel()]
    for row in (0, 1, 4):
        np.testing.assert_allclose(figures[row], mine, rtol=1e-9)
