"""The command line in this process and in processes of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from specc.cli import program
from specc.cli.init import FIRST

Specc = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that commands run in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SPECC_DEBUG", raising=False)
    return tmp_path


@pytest.fixture
def first(folder: Path) -> Path:
    """The spec that `specc init` writes."""
    file = folder / "first.nnspec"
    file.write_text(FIRST, encoding="utf-8")
    return file


@pytest.fixture
def specc(folder: Path) -> Specc:
    """Run the command line in this process."""

    def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(program, list(map(str, arguments)), input=stdin)
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def process(folder: Path) -> Process:
    """Run the command line in a process of its own."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "specc", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=300)

    return run
