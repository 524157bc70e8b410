"""Emitted programs on their own: what they say about the file of arrays they are given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from small_programs import layer, program

from specc.catalog.callbacks import EarlyStopping
from specc.catalog.types import Duration
from specc.runtime.archive import read_arrays
from specc.runtime.reuse import read_reused
from specc_reference.emit import emit
from specc_reference.plan import plan

SHAPES: dict[str, tuple[int | str, ...]] = {"x": (4,), "y": (1,), "z": ("time", 2)}
X, Y, Z = np.ones((6, 4)), np.ones((6, 1)), np.ones((6, 3, 2))


def saved(folder: Path, **arrays: Any) -> str:
    np.savez(folder / "a.npz", **arrays)
    return str(folder / "a.npz")


def test_arrays_for_training_and_validation(tmp_path: Path) -> None:
    training, validation, _ = read_arrays(saved(tmp_path, x=X, y=Y, z=Z, w=0), SHAPES)
    assert training.keys() == SHAPES.keys()
    assert validation is None
    held_out = {"val_x": X[:2], "val_y": Y[:2, 0], "val_z": Z[:2]}
    path = saved(tmp_path, x=X, y=Y[:, 0], z=Z, **held_out)
    training, validation, _ = read_arrays(path, SHAPES)
    assert validation is not None
    assert training["y"].shape == (6, 1), "axes of size 1 may be left out"
    assert [len(array) for array in validation.values()] == [2, 2, 2]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"y": None}, "there is no array y"),
        ({"val_x": X}, "there is no array val_y"),
        ({"x": None, "val_y": Y}, "there is no array x"),
        ({"x": X[:, :3]}, r"x has shape \(6, 3\), not \(rows, 4\)"),
        ({"z": X}, r"z has shape \(6, 4\), not \(rows, time, 2\)"),
        (
            {"y": Y[:5]},
            "equally many examples, at least one: x has 6, y has 5, z has 6",
        ),
        ({"x": X[:0], "y": Y[:0], "z": Z[:0]}, "at least one: x has 0"),
        ({"x": X.astype(str)}, "x holds no rows of numbers"),
        ({"x": np.array(3.0)}, "x holds no rows of numbers"),
        ({"x": np.array([None])}, r"is no \.npz file of arrays of numbers"),
    ],
)
def test_arrays_that_do_not_fit(tmp_path: Path, arrays: Any, message: str) -> None:
    given = {"x": X, "y": Y, "z": Z, **arrays}
    path = saved(tmp_path, **{n: a for n, a in given.items() if a is not None})
    with pytest.raises(ValueError, match=message):
        read_arrays(path, SHAPES)


def test_sizes_of_one_name_are_one_size(tmp_path: Path) -> None:
    shapes: dict[str, tuple[int | str, ...]] = {**SHAPES, "w": ("time",)}
    path = saved(tmp_path, x=X, y=Y, z=Z, w=Z[:, :, 0])
    assert read_arrays(path, shapes)[0]["w"].shape == (6, 3)
    path = saved(tmp_path, x=X, y=Y, z=Z, w=X)
    with pytest.raises(ValueError, match=r"w has shape \(6, 4\), not \(rows, 3\)"):
        read_arrays(path, shapes)


def test_files_that_are_no_archives(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_arrays(str(tmp_path / "gone.npz"), SHAPES)
    with pytest.raises(IsADirectoryError):
        read_arrays(str(tmp_path), SHAPES)
    np.save(tmp_path / "one.npy", X)
    whole = Path(saved(tmp_path, x=X)).read_bytes()
    damaged = bytearray(whole)
    damaged[60:90] = bytes(30)
    contents = {"text": b"a,b", "empty": b"", "cut": whole[:80], "bad": bytes(damaged)}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    for name in (*contents, "one.npy"):
        with pytest.raises(ValueError, match=r"is no \.npz file of arrays of numbers"):
            read_arrays(str(tmp_path / name), SHAPES)


def test_the_program_says_so_without_a_traceback(tmp_path: Path) -> None:
    rule = EarlyStopping(patience=Duration(value=2.0, unit="epochs"))
    steps = [("it", layer("Dense", units=3), "x")]
    made = program({"x": (4,)}, steps, callbacks=(rule,))
    (tmp_path / "program.py").write_text(emit(plan(made)).text)
    target = made.training.objectives[0].target

    def say(*arguments: str, status: int = 2) -> str:
        command = [sys.executable, "program.py", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    whole = {"x": X, target: np.ones((6, 3))}
    path = saved(tmp_path, **whole)
    assert "early_stopping looks at arrays val_NAME" in say(path)
    assert "invalid choice: 'foo'" in say(path, "--dtype", "foo")
    assert f"there is no array val_{target}" in say(saved(tmp_path, **whole, val_x=X))
    assert "No such file" in say("gone.npz")
    held_out = {f"val_{name}": array for name, array in whole.items()}
    path = saved(tmp_path, **whole, **held_out)
    assert "No such file" in say(path, "--out", "gone/w.safetensors")
    huge = {**whole, **held_out, "x": np.full((6, 4), 1e200)}
    assert "loss is inf at step 0" in say(saved(tmp_path, **huge), status=1)


def test_trained_weights_of_two_sources_in_one_file(tmp_path: Path) -> None:
    both, own = str(tmp_path / "both.safetensors"), str(tmp_path / "own.safetensors")
    save_file({"./a:x/kernel": X, "b:x/kernel": Y}, both)
    save_file({"x/kernel": Z}, own)
    sources = ("./a", "b")
    found = read_reused([both], sources)
    assert np.array_equal(found["./a"]["x/kernel"], X)
    assert np.array_equal(found["b"]["x/kernel"], Y)
    found = read_reused([f"./a={both}", f"b={own}"], sources)
    assert np.array_equal(found["./a"]["x/kernel"], X)
    assert np.array_equal(found["b"]["x/kernel"], Z)
    with pytest.raises(ValueError, match=r"is to be SOURCE=FILE, of ./a, b"):
        read_reused([own], sources)
    with pytest.raises(ValueError, match="weights of b are missing"):
        read_reused([f"./a={both}"], sources)
