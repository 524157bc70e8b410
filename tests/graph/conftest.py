"""Pictures need no fixtures but ways to run the command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from specc.cli import program

Process = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def process(tmp_path: Path) -> Process:
    """Run the command line in a process of its own, in an empty folder."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "specc", *map(str, arguments)]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, cwd=tmp_path
        )
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def specc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Process:
    """Run the command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        words = [*map(str, arguments)]
        done = CliRunner().invoke(program, words)
        assert "Traceback" not in done.stderr
        return subprocess.CompletedProcess(
            words, done.exit_code, done.stdout, done.stderr
        )

    return run
