"""A training that begins with the weights of another, from the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from specc.live import load

SPEC = """\
model Old {
  input features: float32[13]
  hidden = Dense(8, activation = tanh)
  BatchNormalization
  body = Dense(6, activation = tanh)
  Dense(3, activation = softmax)
}
model New {
  reuse body = old to body
  Dense(3, activation = softmax)
}
data Wine {
  source = wine
  validation = 20%
  standardize(features)
}
train old: Old on Wine {
  loss = sparse_categorical_crossentropy
  optimizer = sgd(0.1)
  epochs = 2
}
train new: New on Wine {
  loss = sparse_categorical_crossentropy
  optimizer = sgd(0.1)
  epochs = 3
}
"""
LAST = "last/weights.safetensors"
#: Calls of a program's `main` one after the other: how each ends, and what it says.
CALLS = """
import contextlib, io, json, sys
import new
for words in json.loads(sys.argv[1]):
    said, status = io.StringIO(), 0
    sys.argv[1:] = ["data.npz", *words]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            new.main()
        except SystemExit as end:
            status = end.code
    print(json.dumps([status, said.getvalue()]))
"""


@pytest.fixture
def spec(folder: Path) -> Path:
    """A spec whose second training reuses the first."""
    file = folder / "two.nnspec"
    file.write_text(SPEC, encoding="utf-8")
    return file


def contents(path: Path) -> dict[str, bytes]:
    """Every file in a folder."""
    return {str(f): f.read_bytes() for f in path.rglob("*") if f.is_file()}


def train(specc, *words: object, status: int = 0) -> str:
    """Train on the reference backend; all that is said."""
    result = specc("train", *words, "--backend", "reference")
    assert result.exit_code == status, result.output
    return result.output


def test_a_training_begins_where_another_ended(specc, spec: Path) -> None:
    train(specc, spec, "old")
    before = contents(Path("runs/old-reference-1"))
    said = train(specc, spec, "new")
    assert "body begins with the weights of runs/old-reference-1" in said
    assert contents(Path("runs/old-reference-1")) == before
    old = load_file(f"runs/old-reference-1/{LAST}")
    run = Path("runs/new-reference-1")
    # What ran is the text in the folder; it begins with these very numbers.
    ran = load((run / "model_reference.py").read_text("utf-8"), "ran")
    drawn = ran.initial_weights(0, reused={"old": old})
    kept = load_file(run / "reused.safetensors")
    for path in ("hidden/kernel", "batch_normalization_1/moving_variance", "body/bias"):
        assert np.array_equal(drawn[f"body/{path}"], old[path])
        assert np.array_equal(kept[f"old:{path}"], old[path])
    assert not np.array_equal(load_file(run / LAST)["body/body/bias"], old["body/bias"])


def test_updates_of_nothing_leave_the_weights_of_the_other_run(
    specc, spec: Path
) -> None:
    text = SPEC.replace("sgd(0.1)\n  epochs = 3", "sgd(1e-30)\n  epochs = 1")
    spec.write_text(text.replace("  BatchNormalization\n", ""), encoding="utf-8")
    train(specc, spec, "old")
    train(specc, spec, "new")
    old = load_file(f"runs/old-reference-1/{LAST}")
    new = load_file(f"runs/new-reference-1/{LAST}")
    for path in ("hidden/kernel", "hidden/bias", "body/kernel"):
        assert new[f"body/{path}"].tobytes() == old[path].tobytes()


def test_a_run_outlives_the_one_it_began_with(specc, spec: Path) -> None:
    train(specc, spec, "old")
    train(specc, spec, "new")
    shutil.rmtree("runs/old-reference-1")
    assert specc("evaluate", "runs/new-reference-1").exit_code == 0
    whole = ["new", "--epochs", 5, "--run", "runs/new-reference-1", "--resume"]
    assert "epoch 5/5" in train(specc, spec, *whole)
    (part,) = json.loads(Path("runs/new-reference-1/run.json").read_text())["reused"]
    assert (part["training"], part["run"]) == ("old", "runs/old-reference-1")
    assert part["epochs"] == 2
    Path("runs/new-reference-1/reused.safetensors").unlink()
    lost = specc("evaluate", "runs/new-reference-1")
    assert lost.exit_code == 1
    assert "reused.safetensors" in lost.output


def test_what_is_missing_is_to_be_trained_first(specc, spec: Path) -> None:
    said = train(specc, spec, "new", status=3)
    assert "there is no run of old in runs" in said
    first = f"specc train {spec} old --backend reference first"
    assert first in " ".join(said.split())
    assert not Path("runs/new-reference-1").exists()
    dry = specc("train", spec, "new", "--backend", "reference", "--dry-run")
    assert dry.exit_code == 3


def test_a_run_of_another_spec_is_taken_only_by_name(specc, spec: Path) -> None:
    train(specc, spec, "old")
    spec.write_text(SPEC.replace("sgd(0.1)", "sgd(0.2)"), encoding="utf-8")
    said = train(specc, spec, "new", status=3)
    assert "runs/old-reference-1 is of another spec" in said
    assert "learning_rate 0.1 → 0.2" in said
    said = train(specc, spec, "new", "--reuse", "old=runs/old-reference-1")
    assert "warning[reuse-differs]" in said
    spec.write_text(SPEC.replace("Dense(8,", "Dense(9,"), encoding="utf-8")
    said = train(specc, spec, "new", "--reuse", "old=runs/old-reference-1", status=1)
    assert "error[reuse-differs]: body/hidden/kernel is [13, 9]" in said
    said = train(specc, spec, "new", "--reuse", "older=runs/old-reference-1", status=2)
    assert "reuses nothing called older" in said


def test_the_newest_run_that_has_ended_is_taken(specc, spec: Path) -> None:
    for _ in range(2):
        train(specc, spec, "old")
    record = Path("runs/old-reference-2/run.json")
    data = json.loads(record.read_text())
    data["ended"] = "2999-01-01T00:00:00+00:00"
    record.write_text(json.dumps(data))
    assert "weights of runs/old-reference-2" in train(specc, spec, "new")
    record.write_text(json.dumps({**data, "status": "interrupted"}))
    assert "weights of runs/old-reference-1" in train(specc, spec, "new")
    record.write_text(json.dumps(data))
    record.with_name("ir.json").write_text("{")
    assert "weights of runs/old-reference-1" in train(specc, spec, "new")
    again = ("new", "--run", "runs/new-reference-1", "--force")
    assert "weights of runs/old-reference-1" in train(specc, spec, *again)


def test_fewer_epochs_than_the_spec_says_are_told(specc, spec: Path) -> None:
    train(specc, spec, "old", "--epochs", 1)
    said = train(specc, spec, "new", "--epochs", 2)
    assert "was for 1 epoch, and the spec says 2" in said


def test_a_part_of_a_run_elsewhere(specc, spec: Path) -> None:
    train(specc, spec, "old", "--run", "kept")
    alone = SPEC.replace("= old to body", '= from "kept" to hidden')
    other = spec.with_name("other.nnspec")
    start, end = alone.index("model New"), alone.index("train old")
    other.write_text(alone[start:end] + alone[alone.index("train new") :])
    assert specc("check", other).exit_code == 0
    train(specc, other, "new")
    old, kept = (
        load_file(f"kept/{LAST}"),
        load_file("runs/new-reference-1/reused.safetensors"),
    )
    assert np.array_equal(kept["./kept:hidden/kernel"], old["hidden/kernel"])
    shutil.rmtree("kept")
    gone = specc("check", other)
    assert gone.exit_code == 1
    assert "run-unreadable" in gone.output
    assert specc("evaluate", "runs/new-reference-1").exit_code == 0


@pytest.mark.parametrize("backend", ["torch", "keras", "reference"])
def test_a_program_by_itself_takes_weights_from_a_file(
    specc, spec: Path, backend: str
) -> None:
    train(specc, spec, "old")
    assert (
        specc("compile", spec, "new", "--backend", backend, "--out", "new.py").exit_code
        == 0
    )
    random = np.random.default_rng(1)
    rows = random.normal(size=(20, 13)).astype(np.float32)
    np.savez("data.npz", features=rows, label=random.integers(0, 3, 20))

    command = [sys.executable, "new.py", "data.npz", "--reuse"]
    command.append(f"old=runs/old-reference-1/{LAST}")
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    taken = load_file("weights.safetensors")
    assert taken["body/hidden/kernel"].shape == (13, 8)
    weights = load_file(f"runs/old-reference-1/{LAST}")
    save_file({**weights, "body/bias": weights["body/bias"][:1]}, "short.safetensors")
    train(specc, spec, "new")
    both = "runs/new-reference-1/reused.safetensors"
    calls = (
        (),
        ("--reuse", "short.safetensors"),
        ("--reuse", both, "--out", "one.safetensors"),
        ("--reuse", f"old={both}", "--out", "other.safetensors"),
    )
    command = [sys.executable, "-c", CALLS, json.dumps(calls)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    ended = [json.loads(line) for line in done.stdout.splitlines()]
    assert [status for status, _ in ended] == [2, 2, 0, 0]
    assert "--reuse" in ended[0][1]
    assert "body/bias of old is float64 of shape (1,)" in ended[1][1]
    for name in ("one", "other"):
        again = load_file(f"{name}.safetensors")
        assert all(np.array_equal(taken[path], again[path]) for path in taken)


def test_a_run_goes_on_across_backends(specc, process, spec: Path) -> None:
    done = process("train", spec, "old", "--backend", "torch")
    assert done.returncode == 0, done.stderr
    assert "weights of runs/old-torch-1" in train(specc, spec, "new")


def test_two_parts_of_one_run(specc, spec: Path) -> None:
    parts = (
        "  reuse low = old to hidden\n  Dense(8)\n  reuse body = old from body to body"
    )
    text = SPEC.replace("  reuse body = old to body", parts)
    spec.write_text(text, encoding="utf-8")
    said = train(specc, spec, "new", status=3)
    assert "whose weights low and body begin with" in " ".join(said.split())
    train(specc, spec, "old")
    train(specc, spec, "new")
    record = json.loads(Path("runs/new-reference-1/run.json").read_text())
    assert [part["name"] for part in record["reused"]] == ["low", "body"]
    assert len({part["weights"] for part in record["reused"]}) == 1
    assert specc("evaluate", "runs/new-reference-1").exit_code == 0
