"""Checkpoints: what is written is read again, and damage is noticed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.run.checkpoint import (
    Best,
    Checkpoint,
    Stopping,
    newest,
    search,
    write_checkpoint,
)
from specc.run.weights import DamagedError, read_arrays, write_arrays

#: Strided, transposed, scalar and empty arrays, which a careless save would spoil.
ARRAYS = {
    "dense_1/kernel": np.arange(12.0).reshape(3, 4).T,
    "dense_1/bias": np.arange(10, dtype=np.float32)[::3],
    "counter/step": np.array(7, np.int64),
    "empty/bias": np.zeros((0, 3)),
}


def checkpoint(epoch: int, shared: bool = True) -> Checkpoint:
    """A checkpoint with all there can be in one."""
    best = {"dense_1/bias": np.full(3, float(epoch))}
    remembered = best if shared else {"dense_1/bias": np.zeros(3)}
    return Checkpoint(
        epoch,
        epoch * 10,
        ARRAYS,
        Best("val_loss", 0.1 + 0.2, epoch, best),
        Stopping(2, 1e-300, epoch - 1, False, remembered),
    )


@pytest.mark.parametrize("shared", [True, False])
def test_what_is_written_is_read(tmp_path, shared) -> None:
    write_checkpoint(tmp_path / "c", checkpoint(3, shared))
    found, damaged = search(tmp_path / "c")
    assert (found.epoch, found.step, damaged) == (3, 30, [])
    assert set(found.state) == set(ARRAYS)
    for name, values in ARRAYS.items():
        np.testing.assert_array_equal(found.state[name], values)
        assert found.state[name].dtype == values.dtype
        assert found.state[name].shape == values.shape
    assert found.best.figure == 0.1 + 0.2
    assert found.stopping.best == 1e-300
    assert (found.stopping.weights["dense_1/bias"] == (3 if shared else 0)).all()
    files = {path.name for path in (tmp_path / "c" / "epoch-000003").iterdir()}
    assert ("stopping.safetensors" in files) is not shared


def test_without_best_and_stopping(tmp_path) -> None:
    write_checkpoint(tmp_path, Checkpoint(1, 2, {"w": np.ones(2)}))
    found = newest(tmp_path)
    assert found.best is None
    assert found.stopping is None


def test_two_are_kept(tmp_path) -> None:
    for epoch in range(1, 6):
        write_checkpoint(tmp_path, checkpoint(epoch))
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "epoch-000004",
        "epoch-000005",
    ]


def test_what_a_crash_left_is_no_checkpoint(tmp_path) -> None:
    write_checkpoint(tmp_path, checkpoint(1))
    (tmp_path / ".epoch-000002.new").mkdir()
    (tmp_path / ".epoch-000002.new" / "state.safetensors").write_bytes(b"half")
    assert newest(tmp_path).epoch == 1
    write_checkpoint(tmp_path, checkpoint(2))
    assert newest(tmp_path).epoch == 2
    assert newest(tmp_path / "none") is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_damage_leads_to_the_one_before(tmp_path_factory, data) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    write_checkpoint(folder, checkpoint(1))
    write_checkpoint(folder, checkpoint(2))
    files = sorted((folder / "epoch-000002").glob("*.safetensors"))
    file = data.draw(st.sampled_from(files))
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= data.draw(st.integers(1, 255))
    else:
        del content[place:]
    file.write_bytes(bytes(content))
    found, damaged = search(folder)
    assert found.epoch == 1
    assert len(damaged) == 1
    assert file.name in damaged[0]


def test_a_checkpoint_under_the_name_of_another_epoch(tmp_path) -> None:
    write_checkpoint(tmp_path, checkpoint(1))
    write_checkpoint(tmp_path, checkpoint(2))
    (tmp_path / "epoch-000002").rename(tmp_path / "epoch-000007")
    found, damaged = search(tmp_path)
    assert (found.epoch, damaged) == (1, ["epoch-000007: it is that of epoch 2"])


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "{}", '{"format": 2}', "null", "[" * 100_000),
        *('{"format": 1, "files": []}', '{"format": 1, "epoch": 2, "files": {}}'),
        *("epoch", "step", "files", "best", "stopping"),
    ],
)
def test_a_manifest_that_is_none(tmp_path, text) -> None:
    write_checkpoint(tmp_path, checkpoint(1))
    write_checkpoint(tmp_path, checkpoint(2))
    if text.isalpha() and text != "null":
        manifest = json.loads(
            (tmp_path / "epoch-000002" / "manifest.json").read_bytes()
        )
        text = json.dumps({**manifest, text: {"epoch": float("inf")}})
    (tmp_path / "epoch-000002" / "manifest.json").write_text(text)
    assert newest(tmp_path).epoch == 1


def test_single_files_notice_damage(tmp_path) -> None:
    path = tmp_path / "best" / "weights.safetensors"
    write_arrays(path, ARRAYS, {"epoch": "3"})
    arrays, about = read_arrays(path)
    assert about["epoch"] == "3"
    np.testing.assert_array_equal(arrays["dense_1/kernel"], ARRAYS["dense_1/kernel"])
    content = bytearray(path.read_bytes())
    for place in (len(content) - 1, len(content) // 2, 3):
        spoiled = bytearray(content)
        spoiled[place] ^= 1
        path.write_bytes(bytes(spoiled))
        with pytest.raises(DamagedError):
            read_arrays(path)
    assert [p.name for p in path.parent.iterdir()] == ["weights.safetensors"]
