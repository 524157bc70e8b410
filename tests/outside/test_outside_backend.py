"""The backend that backends/README.md builds is taken out of the page, and conforms."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from installed import by_line, conformance, with_path, written

pytestmark = pytest.mark.xdist_group("outside")

PAGE = Path(__file__).parents[2] / "backends" / "README.md"


def built(target: Path) -> Path:
    """The package of the page, installed in a folder."""
    written(PAGE.read_text(encoding="utf-8"), target)
    (target / "specc_plain" / "runtime" / "__init__.py").write_text("")
    return target


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def report(site: Path) -> dict[str, Any]:
    """What the kit says of it."""
    return conformance(with_path(site), "--backend", "plain")


def test_it_conforms(report: dict[str, Any]) -> None:
    found = by_line(report)
    assert report["passed"]
    assert report["counts"]["passed"] > 100
    for line in (
        "imports no framework to write: plain",
        "runs the same twice: plain",
        "resumes from a checkpoint: plain",
        "refuses damaged weights: plain",
        *(f"equal: layer/{keyword}" for keyword in ("Dense",)),
        *(f"equal: activation/{keyword}" for keyword in ("linear", "relu", "tanh")),
        *("equal: loss/mse", "equal: metric/mae", "equal: optimizer/sgd"),
        *("equal: schedule/exponential_decay", "equal: callback/early_stopping"),
        *("not dropped: layer/Dense.activation", "not dropped: loss/mse.weight"),
        *("faults noticed: activation/tanh", "faults noticed: optimizer/sgd"),
    ):
        assert found[line]["status"] == "passed", found[line]


def test_what_it_does_not_know_is_refused_with_a_reason(
    report: dict[str, Any],
) -> None:
    found = by_line(report)
    refused = [item for item in report["checks"] if item["status"] == "refused"]
    assert all(len(item["reason"].split()) >= 4 for item in refused)
    for line, why in (
        ("lowered or refused: layer/Conv2D", "does not know Conv2D"),
        ("not dropped: layer/Dense.use_bias", "always adds a bias"),
        ("not dropped: optimizer/sgd.momentum", "without momentum"),
        ("equal: model mlp", "does not know BatchNormalization"),
    ):
        assert found[line]["status"] == "refused"
        assert why in found[line]["reason"]


#: How to spoil the backend: a file, what stands there, what instead, what must fail.
DAMAGES: dict[str, tuple[str, str, str, str]] = {
    "a slope that is wrong": (
        "runtime/plain.py",
        "return 1.0 - y * y",
        "return 1.0 - y",
        "equal: activation/tanh",
    ),
    "a weight that is dropped": (
        "lowerings.py",
        "weight=literal(loss.weight)",
        'weight="1.0"',
        "not dropped: loss/mse.weight",
    ),
    "a refusal that is forgotten": (
        "lowerings.py",
        "lambda layer: not layer.use_bias",
        "lambda layer: False",
        "not dropped: layer/Dense.use_bias",
    ),
    "weights of any shape": (
        "runtime/plain.py",
        "array.shape != given[path].shape",
        "False",
        "refuses damaged weights: plain",
    ),
    "a counter that is not brought back": (
        "emit.py",
        'state.step = int(whole.pop("counter/step"))',
        'whole.pop("counter/step")',
        "resumes from a checkpoint: plain",
    ),
    "a text that is another each time": (
        "emit.py",
        "docstring(program, TITLE, TABLE),",
        "docstring(program, f'{TITLE} {id(plan)}', TABLE),",
        "text: layer/Dense",
    ),
    "a framework that is imported to write": (
        "plan.py",
        "from dataclasses",
        "import sqlite3\nfrom dataclasses",
        "imports no framework to write: plain",
    ),
    "a probe that is out of date": (
        "probe.py",
        "def penalty(module, state)",
        "def penalty(model)",
        "probe: plain",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_wrong_fails(tmp_path: Path, damage: str) -> None:
    file, sound, spoilt, line = DAMAGES[damage]
    path = built(tmp_path) / "specc_plain" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(sound) == 1
    path.write_text(text.replace(sound, spoilt), encoding="utf-8")
    if "sqlite3" in spoilt:
        head = path.with_name("__init__.py")
        text = head.read_text().replace('("numpy",)', '("numpy", "sqlite3")')
        head.write_text(text)
    report = conformance(
        with_path(tmp_path), "--backend", "plain", "--only", line, status=1
    )
    assert by_line(report)[line]["status"] == "failed"


def test_in_a_test_suite_of_its_own(site: Path) -> None:
    """The page's test file, on some of the cases."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [str(site / "tests"), "-k", "tanh or early_stopping"]
    done = subprocess.run(
        command, env=with_path(site), cwd=site, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_a_backend_that_is_not_installed_does_not_conform() -> None:
    report = conformance(dict(os.environ), "--backend", "nowhere", status=1)
    assert report["counts"] == {"passed": 0, "failed": 1, "refused": 0}
    assert "specc.backends" in report["checks"][0]["reason"]
