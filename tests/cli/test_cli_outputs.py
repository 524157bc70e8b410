"""Where verbs write: never over what they read, whole, in UTF-8, or with a message."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from specc.cli.init import FIRST

Specc = Callable[..., Result]

SPECC = [sys.executable, "-m", "specc"]

FILE_DATA = FIRST.replace(
    "= digits",
    '= npz("data.npz")\n  input image = array("image")\n  target label = array("label")',
    1,
)


# Over what is read ------------------------------------------------------------------


def _data(folder: Path) -> None:
    rng = np.random.default_rng(0)
    np.savez(
        folder / "data.npz",
        image=rng.normal(size=(40, 8, 8, 1)),
        label=np.arange(40) % 10,
    )
    (folder / "file.nnspec").write_text(FILE_DATA)


@pytest.mark.parametrize("out", ["first.nnspec", "./first.nnspec", "link", "hard"])
@pytest.mark.parametrize(
    "verb", [("compile", "--backend", "reference"), ("prepare",)], ids=lambda v: v[0]
)
def test_a_spec_is_not_written_over(
    specc: Specc, first: Path, verb: tuple[str, ...], out: str
) -> None:
    (first.parent / "link").symlink_to(first)
    (first.parent / "hard").hardlink_to(first)
    result = specc(*verb, "first.nnspec", "--out", out)
    assert result.exit_code == 2
    assert "is read by this command" in result.stderr
    assert first.read_text() == FIRST


@pytest.mark.parametrize(
    "verb", [("compile", "--backend", "reference"), ("prepare",)], ids=lambda v: v[0]
)
def test_data_are_not_written_over(
    specc: Specc, folder: Path, verb: tuple[str, ...]
) -> None:
    _data(folder)
    before = (folder / "data.npz").read_bytes()
    result = specc(*verb, "file.nnspec", "--out", folder / "data.npz")
    assert result.exit_code == 2
    assert "is read by this command" in result.stderr
    assert (folder / "data.npz").read_bytes() == before


def test_inputs_and_runs_are_not_written_over(specc: Specc, folder: Path) -> None:
    _data(folder)
    trained = specc("train", "file.nnspec", "-b", "reference", "--run", "run")
    assert trained.exit_code == 0
    weights = Path("run/last/weights.safetensors")
    for out in ("data.npz", weights, "run/run.json"):
        before = Path(out).read_bytes()
        result = specc("predict", "run", "--input", "data.npz", "--out", out)
        assert result.exit_code == 2
        assert Path(out).read_bytes() == before
    for _ in range(2):  # predictions of before may go
        result = specc("predict", "run", "--input", "data.npz", "-o", "run/out.npz")
        assert result.exit_code == 0


# Paths that cannot be written -------------------------------------------------------


@pytest.mark.parametrize("out", ["taken", "taken/deeper"])
@pytest.mark.parametrize(
    "verb",
    [("compile", "first.nnspec", "--all", "--out"), ("init",)],
    ids=lambda v: v[0],
)
def test_a_file_is_no_folder(
    specc: Specc, first: Path, verb: tuple[str, ...], out: str
) -> None:
    (first.parent / "taken").write_text("mine")
    result = specc(*verb, out)
    assert result.exit_code == 2
    assert "taken" in result.stderr
    assert (first.parent / "taken").read_text() == "mine"


def test_a_stale_file_may_hold_anything(specc: Specc, first: Path) -> None:
    (first.parent / "model.py").write_bytes(b"\xff\xfe\x00")
    result = specc("compile", first, "-b", "torch", "-o", "model.py", "--check")
    assert result.exit_code == 1
    assert "model.py is stale" in result.stderr


# Standard streams -------------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has none")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("compile", "first.nnspec", "--backend", "torch"),
        ("check", "first.nnspec", "--format", "json"),
        ("--help",),
    ],
    ids=" ".join,
)
def test_standard_output_that_is_full(
    first: Path, arguments: tuple[str, ...], unbuffered: str
) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*SPECC, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            text=True,
            timeout=60,
        )
    assert done.returncode == 4
    said = "specc: cannot write to standard output: No space left on device\n"
    assert done.stderr == said


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has none")
@pytest.mark.parametrize(
    "arguments",
    [("check", "wrong.nnspec"), ("compile", "wrong.nnspec"), ("nothing",)],
    ids=" ".join,
)
def test_standard_error_that_is_full_is_no_finding(
    first: Path, arguments: tuple[str, ...]
) -> None:
    (first.parent / "wrong.nnspec").write_text(f"{first.read_text()} $")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*SPECC, *arguments], capture_output=False, stderr=full, timeout=60
        )
    assert done.returncode == 4


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_is_printed_is_whole_or_refused(first: Path, unbuffered: str) -> None:
    """Of a text that is longer than what is left, a part is written before the error."""
    resource = pytest.importorskip("resource")

    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    with (first.parent / "model.py").open("w") as out:
        done = subprocess.run(
            [*SPECC, "compile", "first.nnspec", "--backend", "torch"],
            stdout=out,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            preexec_fn=little_room,
            text=True,
            timeout=60,
        )
    assert done.returncode == 4
    assert done.stderr == "specc: cannot write to standard output: File too large\n"


def test_standard_input_that_is_closed(folder: Path) -> None:
    command = f"{sys.executable} -m specc fmt - <&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert done.stderr == "specc: standard input is closed\n"


@pytest.mark.parametrize(
    "setting",
    [{"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}],
    ids=["cp1252", "C"],
)
@pytest.mark.parametrize(
    "arguments",
    [
        ("compile", "signs.nnspec", "--backend", "torch"),
        ("dump", "signs.nnspec", "--stage", "ir"),
        ("check", "signs.nnspec", "--format", "json"),
        ("fmt", "-"),
        ("schema",),
        ("explain", "Dense"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_is_printed_is_utf_8_whatever_the_terminal(
    folder: Path, arguments: tuple[str, ...], setting: dict[str, str]
) -> None:
    text = "# 8×8 → Größe\n" + FILE_DATA.replace("data.npz", "ä→.npz")
    (folder / "signs.nnspec").write_text(text, encoding="utf-8")

    def printed(**environment: str) -> bytes:
        done = subprocess.run(
            [*SPECC, *arguments],
            input=text.encode(),
            capture_output=True,
            env={**os.environ, **environment},
            timeout=60,
        )
        assert b"Traceback" not in done.stderr
        return done.stdout

    expected = printed(PYTHONUTF8="1")
    assert expected.decode("utf-8")
    assert printed(PYTHONUTF8="0", **setting) == expected
