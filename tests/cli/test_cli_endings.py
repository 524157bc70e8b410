"""How commands end when something outside of the spec goes wrong."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from specc.cli import program
from specc.cli.init import FIRST

Specc = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[str]]

SPECC = [sys.executable, "-m", "specc"]


# A bug -----------------------------------------------------------------------------


@click.command("check")
def faulty() -> None:
    raise RuntimeError("the moon is full")


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `check` raise an error that nobody expects."""
    monkeypatch.setattr("specc.cli.check.command", faulty)


def test_a_bug_says_how_to_report_it(specc: Specc, bug: None) -> None:
    result = specc("check")
    assert (result.exit_code, result.stdout) == (70, "")
    assert "RuntimeError: the moon is full" in result.stderr
    assert "SPECC_DEBUG=1" in result.stderr


def test_debugging_shows_the_error_itself(
    folder: Path, bug: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPECC_DEBUG", "1")
    result = CliRunner().invoke(program, ["check"])
    assert isinstance(result.exception, RuntimeError)


def test_a_bug_in_a_verb_that_cannot_be_imported(
    specc: Specc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("specc.cli.entry.VERBS", ("vanished",))
    assert specc("vanished").exit_code == 70
    assert specc("--help").exit_code == 70


# Pipes -----------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("schema",), ("--help",), ("check", "--help")])
def test_a_reader_that_goes_away_is_no_error_to_shout_about(
    folder: Path, words: tuple[str, ...]
) -> None:
    command = subprocess.Popen(
        [*SPECC, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert command.stdout is not None
    assert command.stderr is not None
    command.stdout.close()
    assert command.stderr.read() == b""
    command.stderr.close()
    assert command.wait(timeout=60) == 141


def test_output_in_an_encoding_without_the_signs(folder: Path) -> None:
    done = subprocess.run(
        [*SPECC, "explain", "Dense"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0
    assert b"a whole number" in done.stdout


@pytest.mark.parametrize(
    "closed", ["2>&-", ">&-", ">&- 2>&-", "<&- 2>&-", "<&- >&- 2>&-"]
)
def test_closed_streams(first: Path, closed: str) -> None:
    train = "train first.nnspec --backend reference --epochs 1"
    command = f"{sys.executable} -m specc {train} {closed}"
    done = subprocess.run(["/bin/sh", "-c", command], timeout=60)
    assert done.returncode == 0
    assert (first.parent / "runs/first-reference-1/last").is_dir()


def test_a_full_disk_is_told(first: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = subprocess.run(
        [*SPECC, "compile", first, "--backend", "torch", "--out", "/dev/full"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


# Ctrl-C ----------------------------------------------------------------------------


def test_ctrl_c_in_training_keeps_what_was_done(folder: Path) -> None:
    long = FIRST.replace("epochs = 10", "epochs = 100_000")
    (folder / "long.nnspec").write_text(long)
    command = subprocess.Popen(
        [*SPECC, "train", "long.nnspec", "--backend", "reference", "--run", "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    history = folder / "run/history.jsonl"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not history.exists():
        time.sleep(0.05)
    command.send_signal(signal.SIGINT)
    try:
        _, said = command.communicate(timeout=60)
    finally:
        command.kill()
    assert command.returncode == 130
    assert "--resume" in said
    assert "Traceback" not in said
    assert (folder / "run/last/weights.safetensors").exists()


def test_ctrl_c_elsewhere(specc: Specc, monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command("check")
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("specc.cli.check.command", interrupted)
    result = specc("check")
    assert (result.exit_code, result.stderr) == (130, "specc: interrupted\n")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="not a POSIX system")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_what_is_told_to_end_clears_up(
    first: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof leaves neither its folder nor its workers."""
    room = first.parent / "room"
    room.mkdir()
    monkeypatch.setenv("TMPDIR", str(room))
    number = signal.Signals[name]
    command = subprocess.Popen(
        [*SPECC, "verify", "first.nnspec", "--steps", "100_000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not list(room.glob("specc-verify-*")):
        time.sleep(0.05)
    time.sleep(0.5)  # the workers are on their way
    command.send_signal(number)
    _, said = command.communicate(timeout=60)
    assert command.returncode == 128 + number
    assert f"specc: interrupted by {name}\n" in said
    assert not list(room.glob("specc-verify-*"))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and _lives(command.pid):
        time.sleep(0.05)
    assert not _lives(command.pid)


def _lives(group: int) -> bool:
    """Whether a process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


# What is missing -------------------------------------------------------------------


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the frameworks look as if they were not installed."""
    from importlib.util import find_spec

    def find(name: str, package: str | None = None) -> object:
        return None if name in ("torch", "tensorflow") else find_spec(name, package)

    monkeypatch.setattr("specc.backend.find_spec", find)


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "first.nnspec", "--backend", "torch"),
        ("train", "first.nnspec", "--backend", "keras"),
        ("verify", "first.nnspec"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_a_missing_framework_ends_with_3_and_the_command_that_mends_it(
    specc: Specc, first: Path, bare: None, arguments: tuple[str, ...]
) -> None:
    result = specc(*arguments)
    assert result.exit_code == 3
    assert "pip install" in result.output
    assert "-c requirements.lock" in result.output
    assert not (first.parent / "runs").exists()


def test_missing_data_ends_with_3(specc: Specc, folder: Path) -> None:
    fields = 'input image = array("x")\n  target label = array("y")'
    text = FIRST.replace("= digits", f'= npz("gone.npz")\n  {fields}', 1)
    (folder / "data.nnspec").write_text(text)
    for arguments in (
        ("prepare", "data.nnspec", "--out", "a.npz"),
        ("train", "data.nnspec", "--backend", "reference"),
        ("verify", "data.nnspec"),
    ):
        result = specc(*arguments)
        assert result.exit_code == 3
        assert "gone.npz" in result.stderr
        assert "data.nnspec:5" in result.stderr


@pytest.mark.parametrize("verb", ["evaluate", "predict"])
def test_a_run_that_is_not_there(specc: Specc, folder: Path, verb: str) -> None:
    more = ("--input", "a.npz", "--out", "b.npz") if verb == "predict" else ()
    result = specc(verb, "nowhere", *more)
    assert result.exit_code == 3
    assert "nowhere" in result.stderr


# A run that fails ------------------------------------------------------------------


def test_a_loss_that_is_not_a_number_ends_with_4(specc: Specc, folder: Path) -> None:
    text = FIRST.replace("adam(0.001)", "sgd(1e30)").replace("relu", "linear")
    (folder / "wild.nnspec").write_text(text)
    result = specc("train", "wild.nnspec", "--backend", "reference", "--run", "run")
    assert result.exit_code == 4
    assert "error[loss-not-finite]" in result.stderr
