"""Training, using what was learned, and comparing, through real processes."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

Specc = Callable[..., Result]
Process = Callable[..., subprocess.CompletedProcess[str]]

FRAME = {"epoch", "step", "seconds", "learning_rate"}


def history(run: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()
    ]


@pytest.mark.parametrize("backend", ["torch", "keras", "reference"])
def test_train_evaluate_predict(process: Process, first: Path, backend: str) -> None:
    done = process("train", first, "--backend", backend, "--epochs", 2, "--threads", 1)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"runs/first-{backend}-1\n"
    # Nothing but a line an epoch: what frameworks print is put aside.
    assert [line.split()[1] for line in done.stderr.splitlines()] == ["1/2", "2/2"]
    run = first.parent / done.stdout.strip()
    figures = history(run)
    assert set(figures[0]) - FRAME == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert figures[1]["loss"] < figures[0]["loss"]

    done = process("evaluate", run, "--split", "validation", "--format", "json")
    assert done.returncode == 0, done.stderr
    evaluated = json.loads(done.stdout)["validation"]
    assert evaluated["examples"] == 144
    assert evaluated["loss"] == pytest.approx(figures[1]["val_loss"], rel=1e-5)

    images = np.random.default_rng(0).uniform(0, 16, (5, 8, 8, 1)).astype(np.float32)
    np.savez(first.parent / "in.npz", image=images)
    done = process("predict", run, "--input", "in.npz", "--out", "out.npz")
    assert (done.returncode, done.stdout) == (0, "out.npz\n"), done.stderr
    (outputs,) = np.load(first.parent / "out.npz").values()
    assert outputs.shape == (5, 10)
    assert np.allclose(outputs.sum(axis=1), 1, atol=1e-5)

    arguments = ("predict", run, "--input", "in.npz", "--out", "mc.npz")
    done = process(*arguments, "--mc-dropout", 4)
    assert done.returncode == 0, done.stderr
    sampled = np.load(first.parent / "mc.npz")
    assert set(sampled) == {"output", "output_std"}
    assert sampled["output_std"].any()


def test_a_run_goes_on_with_another_backend(specc: Specc, first: Path) -> None:
    reference = ("train", first, "--backend", "reference", "--precision", "float64")
    whole = specc(*reference, "--epochs", 3, "--run", "whole")
    assert whole.exit_code == 0, whole.output
    assert specc(*reference, "--epochs", 2, "--run", "parts").exit_code == 0
    resumed = specc(*reference, "--epochs", 3, "--run", "parts", "--resume")
    assert resumed.exit_code == 0, resumed.output
    a, b = history(first.parent / "whole"), history(first.parent / "parts")
    assert [epoch["loss"] for epoch in a] == [epoch["loss"] for epoch in b]


def test_a_run_that_has_nothing_left(specc: Specc, first: Path) -> None:
    arguments = ("train", first, "--backend", "reference", "--run", "run")
    assert specc(*arguments, "--epochs", 2).exit_code == 0
    before = sorted((first.parent / "run").rglob("*"))
    again = specc(*arguments, "--epochs", 2, "--resume")
    assert (again.exit_code, again.stdout) == (0, "run\n")
    assert again.stderr == "all 2 epochs are done; nothing to do\n"
    # Not even the framework of another backend is loaded.
    other = ("train", first, "--backend", "torch", "--run", "run", "--resume")
    assert specc(*other, "--epochs", 2).stderr == again.stderr
    assert sorted((first.parent / "run").rglob("*")) == before


def test_early_stopping_is_told(specc: Specc, first: Path) -> None:
    text = first.read_text()
    stopping = "early_stopping(patience = 1 epochs, restore_best = true)"
    text = text.replace("adam(0.001)", "adam(0.3)")
    first.write_text(text.replace("seed = 42", f"seed = 42\n  {stopping}"))
    arguments = ("train", first, "--backend", "reference", "--run", "run")
    done = specc(*arguments)
    assert done.exit_code == 0
    last = done.stderr.splitlines()[-1]
    assert last.startswith("stopped after epoch ")
    assert last.endswith(") restored")
    again = specc(*arguments, "--resume")
    assert "stopped early at epoch" in again.stderr
    assert "nothing to do" in again.stderr


def test_a_folder_that_is_taken(specc: Specc, first: Path) -> None:
    arguments = (
        "train",
        first,
        "--backend",
        "reference",
        "--epochs",
        1,
        "--run",
        "run",
    )
    assert specc(*arguments).exit_code == 0
    again = specc(*arguments)
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert specc(*arguments, "--force").exit_code == 0
    other = first.parent / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("all of it")
    refused = specc(*arguments[:-1], "mine", "--force")
    assert refused.exit_code == 2
    assert (other / "thesis.txt").exists()


def test_settings_of_the_command_line_win(specc: Specc, first: Path) -> None:
    arguments = ("--epochs", 1, "--seed", 7, "--precision", "float64", "--run", "run")
    result = specc("train", first, "--backend", "reference", *arguments)
    assert result.exit_code == 0, result.output
    record = json.loads((first.parent / "run/run.json").read_text())
    assert (record["seed"], record["precision"], record["epochs"]) == (7, "float64", 1)


def test_a_rehearsal_trains_nothing(specc: Specc, first: Path) -> None:
    result = specc("train", first, "--backend", "torch", "--dry-run")
    assert result.exit_code == 0
    assert "410 in 10 epochs of 41" in result.stdout
    assert not (first.parent / "runs").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--backend", "torch", "--resume"),
        ("--backend", "torch", "--resume", "--force", "--run", "run"),
        ("--backend", "torch", "--epochs", "0"),
        ("--backend", "torch", "--epochs", "many"),
        ("--backend", "torch", "--device", "abacus"),
        ("--backend", "theano"),
        ("--backend", "torch", "--run", ""),
        ("--backend", "reference", "--run", "."),
        ("--backend", "reference", "--run", ".", "--force"),
    ],
)
def test_train_used_wrongly(
    specc: Specc, first: Path, arguments: tuple[str, ...]
) -> None:
    assert specc("train", first, *arguments).exit_code == 2
    assert not (first.parent / "runs").exists()


def test_prepared_arrays_feed_the_program_on_its_own(
    specc: Specc, process: Process, first: Path
) -> None:
    import sys

    assert specc("prepare", first, "--out", "data.npz").exit_code == 0
    arguments = ("compile", first, "--backend", "reference", "--out", "program.py")
    assert specc(*arguments).exit_code == 0
    command = [sys.executable, "program.py", "data.npz"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "val_loss" in done.stdout


def test_verify_says_equal(process: Process, first: Path) -> None:
    done = process("verify", first)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("first (Classifier): equal, over ")
    assert lines[-1] == lines[0]
    assert any("in float32: ratio of the sides' errors" in line for line in lines)
    assert done.stderr == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--backends", "torch"),
        ("--backends", "torch,theano"),
        ("--steps", "0"),
        ("--selftest",),
        ("--report",),
    ],
)
def test_verify_used_wrongly(
    specc: Specc, first: Path, arguments: tuple[str, ...]
) -> None:
    assert specc("verify", first, *arguments).exit_code == 2


QUICK = ("--backends", "torch,reference", "--precision", "float64", "--steps", 4)


def test_verify_of_two_backends_as_json_as_text_and_as_a_report(
    process: Process, first: Path
) -> None:
    quick = ("verify", first, *QUICK, "--report", "proof.html")
    done = process(*quick, "--format", "json")
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)
    assert verdict["outcome"] == "equal"
    assert verdict["backends"] == ["torch", "reference"]
    assert {check["precision"] for check in verdict["checks"]} == {"float64"}
    done = process(*quick)  # a report may be replaced by the next
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("first (Classifier): equal")
    assert done.stderr == "report: proof.html\n"
    text = (first.parent / "proof.html").read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "self.dense_1" not in text  # nothing is wrong, so no code is shown
    assert "first.nnspec" in text


def test_a_report_replaces_no_other_file(specc: Specc, first: Path) -> None:
    before = first.read_text(encoding="utf-8")
    for name in ("first.nnspec", "gone/proof.html", "."):
        result = specc("verify", first, "--report", name)
        assert result.exit_code == 2
        assert name.split("/")[0] in result.stderr
        assert result.stdout == ""
    assert first.read_text(encoding="utf-8") == before


def test_several_specs_are_verified_with_the_same_workers(
    process: Process, first: Path
) -> None:
    folder = first.parent
    text = first.read_text(encoding="utf-8")
    (folder / "other.nnspec").write_text(text.replace("Dense(64)", "Dense(24)"))
    (folder / "bad.nnspec").write_text(text.replace("Dense(64)", "Dens(64)"))
    files = (first, "bad.nnspec", "other.nnspec")
    report = ("--report", "all.html")
    done = process("verify", *files, *QUICK, "--format", "json", *report)
    assert done.returncode == 1, done.stderr
    assert "bad.nnspec:20:3" in done.stderr
    one, bad, other = json.loads(done.stdout)
    assert one["file"] == str(first)
    assert one["outcome"] == other["outcome"] == "equal"
    assert (bad["outcome"], bad["status"]) == ("no verdict", 1)
    assert "Dens" in bad["why"]
    page = (folder / "all.html").read_text(encoding="utf-8")
    assert all(f'href="#spec-{number}"' in page for number in (1, 2, 3))


def test_several_specs_as_text(process: Process, first: Path) -> None:
    done = process("verify", first, "nowhere.nnspec", *QUICK)
    assert done.returncode == 2
    assert done.stdout.startswith(f"{first}\nfirst (Classifier): equal")
    assert done.stdout.endswith("\n2 specs: 1 equal, 1 no verdict\n")
    assert "nowhere.nnspec cannot be read" in done.stderr


def test_a_name_goes_with_one_spec(specc: Specc, first: Path) -> None:
    result = specc("verify", first, first, "first")
    assert result.exit_code == 2
    assert "NAME goes with one FILE" in result.stderr
    assert specc("verify", first, "third").exit_code == 2


def test_verify_needs_a_file_or_tests_itself(specc: Specc) -> None:
    assert specc("verify").exit_code == 2


def test_the_selftest_plants_and_counts(
    specc: Specc, monkeypatch: pytest.MonkeyPatch
) -> None:
    from specc.verify.faults import LISTED

    few = [fault for fault in LISTED if fault.backend == "torch"][:2]
    monkeypatch.setattr("specc.verify.faults.faults", lambda: few)
    result = specc("verify", "--selftest", "--format", "json")
    assert result.exit_code == 0, result.output
    account = json.loads(result.stdout)
    assert (account["planted"], account["killed"]) == (2, 2)
    assert [fault["name"] for fault in account["faults"]] == [f.name for f in few]


def test_doctor_tries_the_backends(process: Process, folder: Path) -> None:
    done = process("doctor", "--deep")
    assert done.returncode == 0, done.stdout
    for backend in ("keras", "reference", "torch"):
        assert f"  {backend:14}works" in done.stdout


def test_files_whose_names_are_no_text(specc: Specc, first: Path) -> None:
    odd = first.with_name("first\udcff.nnspec")
    try:
        first.rename(odd)
    except (OSError, UnicodeError):
        pytest.skip("this file system has none")
    words = ["train", odd, "-b", "reference", "--epochs", "1", "--run", "run\udcfe"]
    done = subprocess.run(
        [sys.executable, "-m", "specc", *words], capture_output=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, b"run\xfe\n"), done.stderr
    record = json.loads((first.parent / "run\udcfe/run.json").read_bytes())
    assert record["starts"][0]["command"][2].endswith("first?.nnspec")
    assert specc("evaluate", "run\udcfe").exit_code == 0
