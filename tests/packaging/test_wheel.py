"""The wheel in an empty environment: the light verbs work, training names the extra."""

import os
import subprocess
import sys
import venv
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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
        stdin=subprocess.DEVNULL,
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
    assert "verify/report/style.css" in names


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


def test_lsp_names_the_missing_extra(place: Path) -> None:
    done = run(place / "env/bin/specc", "lsp", cwd=place)
    assert (done.returncode, "Traceback" in done.stderr) == (3, False)
    assert '".[lsp]"' in done.stderr


def test_doctor_says_what_is_missing(place: Path) -> None:
    done = run(place / "env/bin/specc", "doctor", cwd=place)
    assert done.returncode == 3
    assert '".[torch]"' in done.stdout


# With extras: the wheel beside what each of them brings, taken from this environment.


def closure(extra: str) -> set[str]:
    """The distributions that an extra brings, with all that these need in turn."""
    wanted, found = [f"specc[{extra}]"], set[str]()
    while wanted:
        asked = Requirement(wanted.pop())
        name = canonicalize_name(asked.name)
        if name in found and not asked.extras:
            continue
        found.add(name)
        for line in distribution(name).requires or ():
            need = Requirement(line)
            marks = [{"extra": one} for one in asked.extras or {""}]
            if need.marker is None or any(need.marker.evaluate(m) for m in marks):
                with suppress(PackageNotFoundError):  # only for other systems
                    distribution(need.name)
                    wanted.append(line.split(";")[0])
    return found - {"specc"}


def linked(names: set[str], folder: Path) -> None:
    """Links to all that the distributions have at the top of their folder."""
    folder.mkdir()
    for name in names:
        for file in distribution(name).files or ():
            top, place = file.parts[0], folder / file.parts[0]
            target = Path(str(distribution(name).locate_file(top)))
            if (
                top not in ("..", "__pycache__")
                and not place.exists()
                and target.exists()
            ):
                place.symlink_to(target)


@pytest.fixture(scope="module")
def with_extras(place: Path) -> Callable[..., list[str]]:
    """Makes the command `specc` of an environment with the wheel and some extras."""

    def made(*extras: str) -> list[str]:
        folder = place / "-".join(extras)
        if not folder.exists():
            linked(set[str]().union(*map(closure, extras)), folder)
        return ["env", f"PYTHONPATH={folder}", str(place / "env/bin/specc")]

    return made


def test_with_data_alone(place: Path, with_extras: Callable[..., list[str]]) -> None:
    command = with_extras("data")
    must(*command, "prepare", "first.nnspec", "--out", "arrays.npz", cwd=place)
    done = run(*command, "train", "first.nnspec", "--backend", "torch", cwd=place)
    assert (done.returncode, "Traceback" in done.stderr) == (3, False)
    assert '".[torch]"' in done.stderr


def test_with_the_language_server(
    place: Path, with_extras: Callable[..., list[str]]
) -> None:
    done = run(*with_extras("lsp"), "lsp", cwd=place)  # standard input is empty
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


@pytest.mark.parametrize("backend", ["torch", "keras"])
def test_with_one_framework(
    place: Path, with_extras: Callable[..., list[str]], backend: str
) -> None:
    (other,) = {"torch", "keras"} - {backend}
    command = with_extras(backend, "data")
    short = ("--epochs", "1", "--run", f"run-{backend}")
    must(*command, "train", "first.nnspec", "--backend", backend, *short, cwd=place)
    pair = ("--backends", f"{backend},reference", "--steps", "2")
    must(*command, "verify", "first.nnspec", *pair, cwd=place)
    done = run(*command, "train", "first.nnspec", "--backend", other, cwd=place)
    assert (done.returncode, f'".[{other}]"' in done.stderr) == (3, True)


def test_each_extra_is_there_by_name() -> None:
    extras = metadata("specc").get_all("Provides-Extra")
    assert set(extras or ()) == {"torch", "keras", "data", "lsp", "all", "dev"}
    assert closure("all") == closure("torch") | closure("keras") | closure("data")
