"""Packages that are installed for a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def with_path(target: Path) -> dict[str, str]:
    """The environment of a process that sees a folder of packages too."""
    before = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(target), before or ""])}


def install(package: Path, target: Path) -> dict[str, str]:
    """Install a package in a folder; return the environment of a process that sees it."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--target", str(target), str(package)]
    subprocess.run(command, check=True, capture_output=True)
    return with_path(target)


def conformance(
    environment: dict[str, str], *arguments: str, status: int = 0
) -> dict[str, Any]:
    """What the conformance kit says, as data."""
    command = [sys.executable, "-m", "specc.conformance", "--format", "json"]
    done = subprocess.run(
        [*command, *arguments], env=environment, capture_output=True, text=True
    )
    assert done.returncode == status, done.stderr + done.stdout
    return json.loads(done.stdout)


def by_line(report: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The checks of a report by name and subject."""
    return {f"{item['check']}: {item['subject']}": item for item in report["checks"]}
