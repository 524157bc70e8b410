"""The wheel in an empty environment: the light verbs work, training names the extra."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("specc", "specc_grammar", "specc_torch", "specc_keras", "specc_reference")

pytestmark = pytest.mark.xdist_group("packaging")


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command away from the sources, without what the environment adds."""
    outside = {
        key: value for key, value in os.environ.items() if not key.startswith("PYTHON")
    }
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=outside,
        capture_output=True,
        text=True,
        timeout=600,
    )


def must(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose `env` holds specc, installed from the wheel with the core alone."""
    folder = tmp_path_factory.mktemp("wheel")
    must(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation"),
        *("--outdir", folder, ROOT),
        cwd=folder,
    )
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=True)
    must(
        *(folder / "env/bin/python", "-m", "pip", "install", "--quiet"),
        *("-c", ROOT / "requirements.lock", wheel),
        cwd=folder,
    )
    must(folder / "env/bin/specc", "init", cwd=folder)
    return folder


def test_wheel_holds_all_packages_and_nothing_else(place: Path) -> None:
    (wheel,) = place.glob("*.whl")
    names = must(sys.executable, "-m", "zipfile", "-l", wheel, cwd=place).stdout
    tops = {line.split("/")[0] for line in names.splitlines()[1:]}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert "specc_grammar/nnspec.lark" in names
    assert "verify/tolerances.toml" in names


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--strict", "first.nnspec"),
        ("fmt", "--check", "first.nnspec"),
        ("compile", "first.nnspec", "--backend", "torch"),
        ("compile", "first.nnspec", "--backend", "keras"),
        ("dump", "first.nnspec", "--stage", "ir"),
        ("summary", "first.nnspec"),
        ("explain", "Dense"),
        ("schema",),
        ("catalog", "--markdown"),
        ("prepare", "--help"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_works_without_frameworks(place: Path, arguments: tuple[str, ...]) -> None:
    must(place / "env/bin/specc", *arguments, cwd=place)


@pytest.mark.parametrize("backend", ["torch", "keras"])
def test_training_names_the_missing_extra(place: Path, backend: str) -> None:
    done = run(
        *(place / "env/bin/specc", "train", "first.nnspec"),
        *("--backend", backend),
        cwd=place,
    )
    assert done.returncode == 3
    assert f'".[{backend}]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_verify_names_the_missing_extra(place: Path) -> None:
    done = run(place / "env/bin/specc", "verify", "first.nnspec", cwd=place)
    assert done.returncode == 3
    assert 'pip install -c requirements.lock ".[' in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_says_what_is_missing(place: Path) -> None:
    done = run(place / "env/bin/specc", "doctor", cwd=place)
    assert done.returncode == 3
    assert '".[torch]"' in done.stdout
