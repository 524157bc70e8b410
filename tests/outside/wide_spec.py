"""A spec in which each part can be another one, and what a verb does with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: A spec with a place for whatever is tried.
SPEC = """\
model Net {{
  input features: float32[{inputs}]
  Dense(8, activation = tanh)
  {layer}
  Dense({units}, activation = {ending})
  {last}
}}

data Rows {{
  source = {source}
  {target}
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
    "last": "",
    "source": "iris",
    "target": "",
    "transform": "standardize(features)",
    "loss": "sparse_categorical_crossentropy",
    "metrics": "accuracy",
    "optimizer": "sgd(0.1)",
    "callback": "",
}


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
