"""Emitted programs run where specc is not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import torch
from small_programs import batch_of
from torch_cases import CASES
from torch_programs import emitted

RUN = """
import sys
sys.path[:] = {path!r}
sys.argv = ["program.py", "data.npz", "--out", "weights.safetensors", "--threads", "1"]
import importlib.util
assert importlib.util.find_spec("specc") is None
assert importlib.util.find_spec("specc_torch") is None
import runpy
runpy.run_path("program.py", run_name="__main__")
"""


@pytest.mark.parametrize("name", ["residual", "two outputs", "frozen", "dropout"])
def test_a_program_trains_without_specc(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    (tmp_path / "program.py").write_text(emitted(case).text, encoding="utf-8")
    arrays = {key: value for key, value in batch_of(case, 11).items() if key != "ids"}
    held_out = {f"val_{key}": value for key, value in batch_of(case, 3).items()}
    held_out.pop("val_ids")
    test = {name.replace("val_", "test_", 1): a for name, a in held_out.items()}
    np.savez(tmp_path / "data.npz", **arrays, **held_out, **test)
    command = [
        sys.executable,
        "-I",
        "-c",
        RUN.format(path=_path_without_specc(tmp_path)),
    ]
    result = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert result.returncode == 0, result.stderr
    *lines, tested, last = result.stdout.strip().split("\n")
    assert len(lines) == 2
    assert all("val_loss" in line for line in lines)
    assert tested.startswith("test ")
    assert " loss " in tested
    assert last == "weights in weights.safetensors"
    weights = safetensors.numpy.load_file(tmp_path / "weights.safetensors")
    assert {weight.path for weight in case.network.weights()} <= set(weights)


def _path_without_specc(folder: Path) -> list[str]:
    """The import path of this interpreter, with what it needs alone in a folder of links."""
    site = folder / "site"
    site.mkdir()
    packages = Path(torch.__file__).parents[1]
    for item in packages.iterdir():
        if "specc" not in item.name:
            (site / item.name).symlink_to(item)
    standard = [item for item in sys.path if "site-packages" not in item]
    library = str(Path(subprocess.__file__).parent)
    return [
        *(item for item in standard if item.startswith(library)),
        library,
        str(site),
    ] + [item for item in standard if item.endswith(("lib-dynload", ".zip"))]
