"""Packages that are installed for a process of their own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_BLOCKS = re.compile(r"```(?:python|toml)\n# (\S+)\n(.*?)```", re.DOTALL)


def written(page: str, target: Path) -> Path:
    """The package whose files a page shows, installed in a folder."""
    for name, text in _BLOCKS.findall(page):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    project = tomllib.loads((target / "pyproject.toml").read_text())["project"]
    return announced(
        target, project["name"], project["version"], project["entry-points"]
    )


def announced(
    target: Path, name: str, version: str, entries: Mapping[str, Mapping[str, str]]
) -> Path:
    """A folder of packages that says of one what it announces."""
    info = target / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    )
    lines: list[str] = []
    for group, some in entries.items():
        lines += [f"[{group}]", *(f"{key} = {at}" for key, at in some.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    return target


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
