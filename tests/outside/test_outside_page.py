"""The construct that backends/CONSTRUCTS.md builds is taken out of the page, and conforms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from installed import announced, by_line, conformance, with_path, written
from signatures import SIDES, rows

pytestmark = pytest.mark.xdist_group("outside")

PAGE = Path(__file__).parents[2] / "backends" / "CONSTRUCTS.md"
NAME = "activation/bent_identity"


def kit(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specc.conformance", *arguments]
    environment = with_path(site)
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bent")
    written(PAGE.read_text(encoding="utf-8"), target)
    for side in SIDES:
        (target / "specc_bent" / f"{side}_pieces" / "__init__.py").write_text("")
    return target


@pytest.fixture(scope="module")
def report(site: Path) -> dict[str, Any]:
    return conformance(with_path(site), "--construct", NAME)


def test_it_conforms(report: dict[str, Any]) -> None:
    found = by_line(report)
    assert report["passed"]
    for side in SIDES:
        for line in (f"equal: {NAME} on {side}", f"not dropped: {NAME}.bend on {side}"):
            assert found[line]["status"] == "passed", found[line]


def test_the_doctor_knows_it(site: Path) -> None:
    command = [sys.executable, "-m", "specc.cli", "doctor"]
    done = subprocess.run(
        command, env=with_path(site), capture_output=True, text=True, check=True
    )
    assert "specc-bent    adds activation bent_identity\n" in done.stdout
    for side in SIDES:
        assert f"specc-bent    lowers bent_identity for {side}\n" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--construct", "bent_identity"), ("FAMILY/KEYWORD", NAME)),
        (("--construct", "/tanh"), ("/tanh is not FAMILY/KEYWORD",)),
        (("--construct", NAME, "--backend", "no"), ("no backend no can be used",)),
        (("--backend", "torch", "--only", "zzzz"), ("no check has the words 'zzzz'",)),
    ],
)
def test_what_is_asked_wrongly(
    site: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    done = kit(site, *arguments)
    assert done.returncode == 2
    for said in words:
        assert said in done.stderr


def test_a_construct_on_one_backend(site: Path) -> None:
    done = kit(site, "--construct", NAME, "--backend", "torch", "--only", "lowered")
    assert done.returncode == 0
    assert "on torch" in done.stdout
    assert "keras" not in done.stdout
    assert f"{NAME} on torch conforms: 1 passed" in done.stdout


def test_a_broken_package_is_named(tmp_path: Path) -> None:
    entries = {"specc.constructs": {"nothing": "json:NOPE"}}
    done = kit(announced(tmp_path, "none", "1", entries), "--construct", NAME)
    assert done.returncode == 3
    assert "package none is broken" in done.stderr


def test_the_guilty_side_is_named(site: Path) -> None:
    """A rule that is wrong in PyTorch leaves the others as they are."""
    path = site / "specc_bent" / "torch_pieces" / "bent.py"
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace("+ 1.0) - 1.0", "+ 1.0) - 0.9"), encoding="utf-8")
    try:
        options = ("--construct", NAME, "--only", "equal: ")
        found = by_line(conformance(with_path(site), *options, status=1))
    finally:
        path.write_text(sound, encoding="utf-8")
    states = {side: found[f"equal: {NAME} on {side}"] for side in SIDES}
    assert states["torch"]["status"] == "failed"
    assert states["keras"]["status"] == states["reference"]["status"] == "passed"


def test_the_page_says_what_rules_take() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for row in rows():
        assert row in page, f"the table of rules lacks {row}"
