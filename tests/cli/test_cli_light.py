"""The light verbs import no framework, and none of what makes starting slow."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/*.nnspec"))

HEAVY = ("torch", "tensorflow", "keras", "pandas", "sklearn", "matplotlib")
#: Not needed to check or to write code either.
UNNEEDED = ("numpy", "safetensors", "rich")

EMPTY_ZIP = b"PK\x05\x06" + bytes(18)

PROBE = """
import json, sys
from specc.cli import program
try:
    program(json.loads(sys.argv[1]), prog_name="specc")
except SystemExit as end:
    code = int(sys.argv[3]) if sys.argv[3:] else 0
    assert (end.code or 0) == code, end.code
wanted = set(json.loads(sys.argv[2]))
sys.stderr.write("\\n" + json.dumps(sorted(wanted & set(sys.modules))))
"""

LIGHT = [
    ("--help",),
    ("--version",),
    ("check", "first.nnspec"),
    ("check", "--format", "json", "first.nnspec"),
    ("check", "--format", "sarif", "first.nnspec"),
    ("fmt", "--check", "first.nnspec"),
    ("summary", "first.nnspec"),
    ("diff", "first.nnspec", "first.nnspec"),
    ("compile", "first.nnspec", "--backend", "torch"),
    ("compile", "first.nnspec", "--backend", "keras"),
    ("compile", "first.nnspec", "--backend", "reference"),
    ("dump", "first.nnspec", "--stage", "tree"),
    ("dump", "first.nnspec", "--stage", "ir"),
    ("dump", "first.nnspec", "--stage", "plan", "--backend", "torch"),
    ("explain", "Dense"),
    ("catalog",),
    ("catalog", "--markdown"),
    ("schema",),
    ("doctor",),
]


@pytest.mark.parametrize("arguments", LIGHT, ids=" ".join)
def test_light_verbs_stay_light(first: Path, arguments: tuple[str, ...]) -> None:
    wanted = json.dumps(HEAVY + UNNEEDED)
    command = [sys.executable, "-c", PROBE, json.dumps(arguments), wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1]) == []


RESUME = ("train", "first.nnspec", "--backend", "torch", "--run", "run", "--resume")
SETTLED = [
    (("predict", "run", "--input", "nope.npz", "--out", "out.npz"), 3),
    (("predict", "run", "--input", "prepared.npz", "--out", "out.npz"), 1),
    (("predict", "run", "--input", "other.npz", "--out", "out.npz"), 1),
    ((*RESUME, "--epochs", "1"), 0),
]


@pytest.fixture
def run(specc: Callable[..., Result], first: Path) -> Path:
    """A run whose next start would be one of PyTorch, and files beside it."""
    trained = ("train", first, "--backend", "reference", "--run", "run")
    assert specc(*trained, "--epochs", 1).exit_code == 0
    assert specc("prepare", first, "--out", "prepared.npz").exit_code == 0
    (first.parent / "other.npz").write_bytes(EMPTY_ZIP)
    folder = first.parent / "run"
    record = json.loads((folder / "run.json").read_text())
    record["starts"][-1]["backend"] = "torch"
    record["nodes"]["torch"] = record["nodes"]["reference"]
    (folder / "run.json").write_text(json.dumps(record))
    return folder


@pytest.mark.parametrize(("arguments", "status"), SETTLED)
def test_what_is_settled_beforehand_loads_no_framework(
    run: Path, arguments: tuple[str, ...], status: int
) -> None:
    wanted = [json.dumps(arguments), json.dumps(HEAVY), str(status)]
    command = [sys.executable, "-c", PROBE, *wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1]) == []


def test_the_probe_notices_an_import(first: Path) -> None:
    wanted = json.dumps(["click"])
    command = [sys.executable, "-c", PROBE, json.dumps(["--version"]), wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert json.loads(done.stderr.splitlines()[-1]) == ["click"]


def test_importing_specc_alone_imports_nothing() -> None:
    code = "import sys, specc; print(len([m for m in sys.modules if 'specc' in m]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "1"
