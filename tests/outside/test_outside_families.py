"""Constructs of other families from another package work, or are refused with a place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from installed import install

pytestmark = pytest.mark.xdist_group("outside families")

HERE = Path(__file__).parent

#: A spec with a place for whatever is tried.
SPEC = """\
model Net {{
  input features: float32[{inputs}]
  Dense(8, activation = tanh)
  {layer}
  Dense({units}, activation = {ending})
}}

data Rows {{
  source = {source}
  test = 20%
  validation = 10%
  {transform}
}}

train net: Net on Rows {{
  loss = {loss}
  metrics = [{metrics}]
  optimizer = {optimizer}
  batch_size = 16
  epochs = 2
  {callback}
}}
"""
PLAIN = {
    "inputs": "4",
    "layer": "",
    "units": "3",
    "ending": "softmax",
    "source": "iris",
    "transform": "standardize(features)",
    "loss": "sparse_categorical_crossentropy",
    "metrics": "accuracy",
    "optimizer": "sgd(0.1)",
    "callback": "",
}


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that has the package installed."""
    return install(HERE / "wide", tmp_path_factory.mktemp("wide"))


def specc(
    environment: dict[str, str], folder: Path, verb: str, *options: str, **parts: str
) -> subprocess.CompletedProcess[str]:
    """What a verb does with the spec that has these parts."""
    spec = folder / "net.nnspec"
    spec.write_text(SPEC.format(**{**PLAIN, **parts}), encoding="utf-8")
    command = [sys.executable, "-m", "specc.cli", verb, str(spec), *options]
    return subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True
    )


@pytest.mark.parametrize("backend", ["torch", "keras", "reference"])
def test_a_callback_is_refused_where_it_stands(
    wide: dict[str, str], tmp_path: Path, backend: str
) -> None:
    """The emitted loop would pass it over."""
    options = "--backend", backend
    done = specc(wide, tmp_path, "compile", *options, callback="snapshot(every = 2)")
    assert done.returncode == 1
    assert "net.nnspec:21:3" in done.stderr
    assert "early stopping and no other callback" in done.stderr
    assert done.stderr.count("snapshot(every = 2)") == 1
