"""The light verbs import no framework, and none of what makes starting slow."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted(Path(__file__).parents[2].glob("examples/*.nnspec"))

HEAVY = ("torch", "tensorflow", "keras", "pandas", "sklearn", "matplotlib")
#: Not needed to check or to write code either.
UNNEEDED = ("numpy", "safetensors", "rich")

PROBE = """
import json, sys
from specc.cli import program
try:
    program(json.loads(sys.argv[1]), prog_name="specc")
except SystemExit as end:
    assert not end.code, end.code
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


def test_the_probe_notices_an_import(first: Path) -> None:
    wanted = json.dumps(["click"])
    command = [sys.executable, "-c", PROBE, json.dumps(["--version"]), wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert json.loads(done.stderr.splitlines()[-1]) == ["click"]


def test_importing_specc_alone_imports_nothing() -> None:
    code = "import sys, specc; print(len([m for m in sys.modules if 'specc' in m]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "1"


def _cpu_seconds(command: list[str]) -> float:
    """What one process took of the processor, for the user and for the system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_is_checked_in_less_than_the_blink_of_an_eye(file: Path) -> None:
    command = [sys.executable, "-m", "specc", "check", str(file)]
    assert min(_cpu_seconds(command) for _ in range(5)) < 0.4
