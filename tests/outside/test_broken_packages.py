"""A package that adds to specc and is broken is named, by every command that meets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from installed import announced, with_path

from specc.cli.init import FIRST

CODE = """
from specc.catalog.activations.rectifiers import Relu
from specc.catalog.families import Activation
from specc.emit.lowering import Table

class Mine(Activation):
    '''f(x) = x.'''
    keyword = "mine"

class Taken(Activation):
    '''f(x) = x.'''
    keyword = "relu"

CONSTRUCTS, TAKEN, TABLE = (Mine,), (Taken,), Table("my_acts")
"""
RELU = "two constructs of the family activation are called relu"

#: What is announced: a group, what the entry point names, and what must be said.
BROKEN = {
    "no such name": ("specc.constructs", "my_acts:NOPE", "AttributeError: "),
    "no such module": ("specc.constructs", "my_nothing:X", "ModuleNotFoundError: "),
    "no constructs": ("specc.constructs", "my_acts:CODE", "TypeError: "),
    "a taken keyword": ("specc.constructs", "my_acts:TAKEN", RELU),
    "no table": ("specc.lowerings.torch", "my_acts:CONSTRUCTS", "AttributeError: "),
    "no such table": ("specc.lowerings.torch", "my_acts:NOPE", "AttributeError: "),
    "no backend": ("specc.backends", "my_acts:TABLE", "TypeError: "),
}


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specc.cli", *arguments]
    environment = with_path(site)
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def installed(folder: Path, group: str, value: str) -> Path:
    """A folder of packages in which one announces something."""
    (folder / "my_acts.py").write_text(f"{CODE}\nCODE = 3\n")
    announced(folder, "my-acts", "1.0", {group: {"mine": value}})
    return folder


@pytest.mark.parametrize("case", BROKEN)
def test_it_is_named(tmp_path: Path, case: str) -> None:
    group, value, why = BROKEN[case]
    site = installed(tmp_path, group, value)
    first = tmp_path / "first.nnspec"
    first.write_text(FIRST, encoding="utf-8")
    side = "mine" if group == "specc.backends" else "torch"
    command = run(site, "compile", str(first), "--backend", side)
    doctor = run(site, "doctor")
    for done, said in ((command, command.stderr), (doctor, doctor.stdout)):
        assert done.returncode == 3, done.stderr + done.stdout
        for words in ("package my-acts is broken", f'mine = "{value}"', group, why):
            assert words in said
        assert "bug in specc" not in done.stderr
        assert "Traceback" not in done.stderr
    assert "python " in doctor.stdout, "the rest is told all the same"
    assert "keras  " in doctor.stdout


def test_the_doctor_lists_what_is_added(tmp_path: Path) -> None:
    done = run(installed(tmp_path, "specc.constructs", "my_acts:CONSTRUCTS"), "doctor")
    assert done.returncode == 0
    assert "my-acts       adds activation mine\n" in done.stdout


def test_lowerings_for_a_backend_that_is_not_there(tmp_path: Path) -> None:
    done = run(installed(tmp_path, "specc.lowerings.tourch", "my_acts:TABLE"), "doctor")
    assert done.returncode == 3
    assert "for tourch, which is not installed" in done.stdout
