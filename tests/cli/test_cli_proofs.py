"""Several files and several trainings under one proof, and how far long work is."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from specc.cli.init import FIRST
from specc.cli.selftest import tenth
from specc.verify.sweep import __main__ as command_line

Specc = Callable[..., Result]

TWO = """
model Line {
  input features: float32[4]
  Dense(3, activation = softmax)
}

data Flowers {
  source = iris
  test = 20%
}

train slow: Line on Flowers {
  loss = sparse_categorical_crossentropy
  optimizer = sgd(0.01)
  batch_size = 60
  epochs = 2
}

train fast: Line on Flowers {
  loss = sparse_categorical_crossentropy
  optimizer = sgd(0.1)
  batch_size = 60
  epochs = 2
}
"""


def test_every_training_of_several_files_is_proven(tmp_path: Path) -> None:
    one, two = tmp_path / "one.nnspec", tmp_path / "two.nnspec"
    two.write_text(TWO, encoding="utf-8")
    head, _, _ = TWO.partition("train fast")
    one.write_text(head, encoding="utf-8")
    command = [sys.executable, "-m", "specc", "verify", str(tmp_path)]
    options = ("--backends", "torch,reference", "--steps", "2", "--format", "json")
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert [(item["file"], item["name"]) for item in found] == [
        (str(one), "slow (Line)"),
        (str(two), "slow (Line)"),
        (str(two), "fast (Line)"),
    ]
    assert {item["outcome"] for item in found} == {"equal"}
    assert {item["environment"]["seed"] for item in found} == {0}


def test_each_tenth_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    for done in range(1, 397):
        tenth(done, 396)
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "40 of 396 faults planted"
    assert told[-1] == "396 of 396 faults planted"
    assert len(told) == 10
    for done in range(1, 4):
        tenth(done, 3)
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_the_sweep_says_its_defaults(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(sys, "argv", ["sweep", "--help"])
    with pytest.raises(SystemExit):
        command_line.main()
    told = " ".join(capsys.readouterr().out.split())
    for words in ("how many programs (default: 300)", "series (default: 0)"):
        assert words in told


def test_verify_in_json_has_the_problems_of_a_spec(specc: Specc, first: Path) -> None:
    first.write_text(FIRST.replace("Dense(64)", "Dens(64)"))
    result = specc("verify", first, "--format", "json")
    assert result.exit_code == 1
    (problem,) = json.loads(result.stdout)["problems"]
    assert problem["rule"] == "unknown-layer"


def test_verify_in_json_says_what_else_is_wrong(
    specc: Specc, first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space left", "batches.npz")

    monkeypatch.setattr("specc.cli.proving.open_spec", full)
    result = specc("verify", first, "--format", "json")
    assert result.exit_code == 4
    why = "batches.npz: no space left"
    assert result.stderr == f"specc: {why}\n"
    assert json.loads(result.stdout) == {
        "file": str(first),
        "outcome": "no verdict",
        "why": why,
        "status": 4,
    }
