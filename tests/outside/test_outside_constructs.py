"""Constructs of another package go through the same door as specc's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from installed import by_line, conformance, install

HERE = Path(__file__).parent
SPEC = HERE / "wave.nnspec"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that has the package installed."""
    return install(HERE / "package", tmp_path_factory.mktemp("site"))


def specc(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "specc.cli", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_they_are_unknown_without_the_package() -> None:
    command = [sys.executable, "-m", "specc.cli", "check", str(SPEC)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "wave.nnspec:3:" in done.stderr
    assert "snake" in done.stderr
    assert "bounded" in done.stderr


def test_they_are_explained(installed: dict[str, str]) -> None:
    assert "sin²" in specc(installed, "explain", "snake")
    assert "bounded" in specc(installed, "catalog", "constraint")


@pytest.mark.parametrize("backend", ["torch", "keras", "reference"])
def test_their_pieces_are_emitted(installed: dict[str, str], backend: str) -> None:
    text = specc(installed, "compile", str(SPEC), "--backend", backend)
    assert "snake" in text.lower()
    assert "bounded" in text.lower()
    assert "specc_wave" not in text


def test_they_are_the_same_on_every_backend(installed: dict[str, str]) -> None:
    verdict = json.loads(
        specc(installed, "verify", str(SPEC), "--steps", "20", "--format", "json")
    )
    assert verdict["outcome"] == "equal"


def test_their_fields_reach_the_weights(
    installed: dict[str, str], tmp_path: Path
) -> None:
    """The bound holds after training, and would not hold without the constraint."""
    import numpy as np
    from safetensors.numpy import load_file

    largest: dict[str, float] = {}
    free = tmp_path / "free.nnspec"
    text = SPEC.read_text(encoding="utf-8")
    free.write_text(text.replace(", kernel_constraint = bounded(0.3)", ""))
    for name, spec in (("bounded", SPEC), ("free", free)):
        run = tmp_path / name
        specc(installed, "train", str(spec), "--backend", "torch", "--run", str(run))
        weights = load_file(next((run / "last").glob("*.safetensors")))
        largest[name] = float(np.abs(weights["dense_1/kernel"]).max())
    assert largest["bounded"] <= np.float32(0.3)
    assert largest["free"] > 0.3


COVERED = """
from specc.verify.sweep import Coverage, checked, random_programs
covered = Coverage()
for name, program in random_programs(60, 0):
    covered.add(checked(program, name).program)
print(covered.seen["layer", "Dense", "activation", "snake"])
print(covered.seen["activation", "snake", "frequency", "other"])
print(covered.seen["constraint", "bounded", "limit", "other"])
"""


def test_random_specs_have_them(installed: dict[str, str]) -> None:
    command = [sys.executable, "-c", COVERED]
    done = subprocess.run(command, env=installed, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(int(count) > 0 for count in done.stdout.splitlines())


def test_they_conform(installed: dict[str, str]) -> None:
    names = ("activation/snake", "constraint/bounded")
    options = [word for name in names for word in ("--construct", name)]
    report = conformance(installed, *options)
    found = by_line(report)
    assert report["passed"]
    for line in (
        "documented: activation/snake",
        "survives JSON: constraint/bounded",
        "equal: activation/snake on keras",
        "equal: constraint/bounded on torch",
        "not dropped: activation/snake.frequency on reference",
        "not dropped: constraint/bounded.limit on keras",
        "faults noticed: activation/snake on torch",
    ):
        assert found[line]["status"] == "passed", found[line]


def test_one_that_is_not_installed_does_not_conform() -> None:
    report = conformance(dict(os.environ), "--construct", "activation/snake", status=1)
    assert "is its package installed?" in report["checks"][0]["reason"]
