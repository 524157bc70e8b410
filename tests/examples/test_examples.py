"""The examples do what they are there to show, on both frameworks."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import specc
from specc.verify import WorkerPool, render

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE.parents[1] / "examples").glob("*.nnspec"))
SIDES = ("torch", "keras")
TRAINING = pytest.mark.xdist_group("examples")
#: Epochs of those that would take minutes, or part by rounding in single precision.
FIRST = {"mnist_cnn": 1, "digits_resnet": 1}
#: Whole trainings of the others.
RUNS = (
    *(path.stem for path in EXAMPLES if path.stem not in FIRST),
    *(f"{name}:float32:{epochs}" for name, epochs in FIRST.items()),
    "mnist_mlp:float64",
)


@dataclass(frozen=True)
class Trained:
    """One training: its figures, and the predictions of the test part."""

    figures: dict[str, Any]
    predictions: dict[str, np.ndarray]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Trained]]:
    """Every example trained by each framework, by ``name-precision`` and backend."""
    folder = tmp_path_factory.mktemp("runs")
    found: dict[str, dict[str, Trained]] = {}
    for side in SIDES:
        command = [sys.executable, str(HERE / "train_examples.py"), side, str(folder)]
        done = subprocess.run([*command, *RUNS], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        for run in folder.glob(f"{side}-*"):
            figures = json.loads((run / "figures.json").read_text(encoding="utf-8"))
            outcome = Trained(figures, dict(np.load(run / "predictions.npz")))
            found.setdefault(run.name.removeprefix(f"{side}-"), {})[side] = outcome
    return found


@TRAINING
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_trains_alike_on_both_frameworks(trained, example: Path) -> None:
    sides = trained[f"{example.stem}-float32"]
    torch, keras = (sides[side].figures for side in SIDES)
    assert torch["keys"] == keras["keys"]
    assert torch["first"] == pytest.approx(keras["first"], rel=1e-3)
    assert torch["test"] == pytest.approx(keras["test"], rel=0.1)
    for figures in (torch, keras):
        assert figures["epochs"] == 1 or figures["last"] < 0.9 * figures["first"]


def digits(trained, precision: str) -> dict[str, np.ndarray]:
    """The digits that each framework's net of `mnist_mlp` sees in the test images."""
    sides = trained[f"mnist_mlp-{precision}"]
    (output,) = sides["torch"].predictions
    return {side: sides[side].predictions[output].argmax(axis=-1) for side in SIDES}


@TRAINING
@pytest.mark.parametrize("side", SIDES)
def test_handwritten_digits_are_read(trained, side: str) -> None:
    outcome = trained["mnist_mlp-float32"][side]
    (targets,) = outcome.figures["targets"].values()
    right = np.mean(digits(trained, "float32")[side] == np.array(targets))
    assert right == pytest.approx(outcome.figures["test"]["accuracy"], abs=1e-6)
    assert right >= 0.93


@TRAINING
def test_both_nets_see_the_same_digits(trained) -> None:
    single, double = (digits(trained, p) for p in ("float32", "float64"))
    assert len(single["torch"]) == 500
    assert np.count_nonzero(single["torch"] != single["keras"]) <= 2
    assert np.count_nonzero(double["torch"] != double["keras"]) == 0
    both = [trained["mnist_mlp-float64"][side].figures["test"] for side in SIDES]
    assert both[0] == pytest.approx(both[1], rel=1e-9)


@pytest.mark.xdist_group("equivalence")
@pytest.mark.parametrize(
    ("example", "name"),
    [
        (path, item.name)
        for path in EXAMPLES
        for item in specc.load(path).checked.programs
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else value,
)
def test_an_example_is_proven_equal(pool: WorkerPool, example: Path, name: str) -> None:
    steps = 4 if example.stem == "mnist_cnn" else 20
    verdict = specc.load(example, strict=True).verify(name, steps=steps, pool=pool)
    assert verdict.equal, render(verdict)
    assert verdict.steps >= steps


@TRAINING
def test_reused_layers_learn_more_from_few_examples(trained, tmp_path: Path) -> None:
    text = (HERE.parents[1] / "examples/digits_transfer.nnspec").read_text("utf-8")
    body = text[text.index("  input image") : text.index("  Dense(5, activation")]
    drawn = text.replace("  reuse body = digits_low to hidden\n", body)
    assert drawn != text
    (tmp_path / "drawn.nnspec").write_text(drawn, encoding="utf-8")
    spec = specc.load(tmp_path / "drawn.nnspec")
    result = spec.train("reference", "digits_transfer", run=tmp_path / "run")
    alone = result.evaluate("test").figures["accuracy"]
    for side in SIDES:
        test = trained["digits_transfer-float32"][side].figures["test"]
        assert test["accuracy"] > alone + 0.05
