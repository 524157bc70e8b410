"""Arrays in .npz files: what is taken, and every fault."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from data_blocks import binding, block
from hypothesis import given, settings
from hypothesis import strategies as st

from specc.catalog.sources.files import Csv, Npz
from specc.catalog.transforms import Keep, OneHot, Rescale, Standardize
from specc.catalog.transforms.rows import Comparison
from specc.data import prepare, write_npz
from specc.data.prepared import save_npz
from specc.diagnostics.fault import Fault

ROWS = 6
ARRAYS = {
    "image": np.arange(ROWS * 12, dtype=np.uint8).reshape(ROWS, 2, 2, 3),
    "label": np.array([0, 1, 2, 0, 1, 2]),
    "size": np.linspace(0, 1, ROWS),
    "pair": np.arange(2.0 * ROWS).reshape(ROWS, 2),
    "short": np.zeros(3),
    "words": np.array(["a"] * ROWS),
    "things": np.array([{}] * ROWS, dtype=object),
    "one": np.array(3.0),
}


@pytest.fixture
def arrays(tmp_path):
    """A file of arrays, good and bad."""
    np.savez(tmp_path / "a.npz", **ARRAYS)
    return Npz(path="a.npz")


def changed(tmp_path, **arrays) -> Npz:
    """Another file, with some arrays exchanged."""
    np.savez(tmp_path / "b.npz", **{**ARRAYS, **arrays})
    return Npz(path="b.npz")


def test_types_and_shapes(arrays, ready) -> None:
    prepared = ready(
        block(
            arrays,
            binding("image", shape=(2, 2, 3)),
            binding("flat", "image", shape=(12,), dtype="float64"),
            binding("label", role="target", dtype="int64", classes=3),
            binding("column", "size", shape=(1,)),
            binding("side", "size", "pair", shape=(3,)),
        )
    )
    training = prepared.training
    assert training["image"].dtype == np.float32
    np.testing.assert_array_equal(training["image"], ARRAYS["image"])
    np.testing.assert_array_equal(training["flat"][1], np.arange(12, 24))
    assert training["column"].shape == (ROWS, 1)
    np.testing.assert_array_equal(training["side"][:, 0], ARRAYS["size"].astype("f4"))
    np.testing.assert_array_equal(training["side"][:, 1:], ARRAYS["pair"])


def test_sizes_known_only_at_run_time(arrays, ready) -> None:
    bound = binding("image", shape=("height", "width", 3))
    assert ready(block(arrays, bound)).training["image"].shape == (ROWS, 2, 2, 3)


@pytest.mark.parametrize("shape", [(3, 2, 2), (2, 6), (11,), (), ("n", 2)])
def test_axes_are_never_exchanged(arrays, refuse, shape) -> None:
    (problem,) = refuse(block(arrays, binding("image", shape=shape)))
    assert problem.rule == "data-shape"
    assert "[2, 2, 3] in the data" in problem.message


def test_rows_and_numbers_of_classes_are_told_apart(arrays, refuse) -> None:
    target = {"role": "target", "dtype": "int64"}
    (problem,) = refuse(block(arrays, binding("pair", classes=2, **target)))
    assert problem.suggestion == "loss = categorical_crossentropy, for one-hot rows"
    (problem,) = refuse(block(arrays, binding("label", shape=(3,), role="target")))
    assert problem.suggestion is not None
    assert problem.suggestion.endswith("or one_hot(label, classes = 3)")


def test_fields_that_do_not_fit_side_by_side(arrays, refuse) -> None:
    (problem,) = refuse(block(arrays, binding("x", "image", "pair", shape=(14,))))
    assert problem.rule == "data-shape"


@pytest.mark.parametrize(
    ("name", "word"),
    [("words", "not numbers"), ("things", "pickle"), ("one", "single number")],
)
def test_what_is_no_array_of_numbers(arrays, refuse, name, word) -> None:
    (problem,) = refuse(block(arrays, binding(name)))
    assert problem.rule == "data-unreadable"
    assert word in problem.message


def test_different_lengths(arrays, refuse) -> None:
    (problem,) = refuse(block(arrays, binding("size"), binding("short")))
    assert problem.rule == "data-lengths"
    assert "size 6, short 3" in problem.message


@pytest.mark.parametrize(
    ("labels", "word"),
    [
        (
            [0, 1, 2, 3, 0, 1],
            "label in row 3 (from 0) is 3, outside the 3 classes 0 … 2",
        ),
        ([0, 1, 2, -1, 0, -1], "is -1, outside the 3 classes 0 … 2 (and 1 more)"),
        ([0, 1, 2, 0.5, 0, 1], "is 0.5, which is no class number"),
    ],
)
def test_labels(tmp_path, refuse, labels, word) -> None:
    source = changed(tmp_path, label=np.array(labels))
    bound = binding("label", role="target", dtype="int64", classes=3)
    (problem,) = refuse(block(source, bound))
    assert problem.rule == "data-label"
    assert word in problem.message
    encoded = binding("label", role="target", shape=(3,))
    transform = OneHot(names=("label",), classes=3)
    (problem,) = refuse(block(source, encoded, transforms=(transform,)))
    assert problem.rule == "data-label"


def test_labels_from_one(tmp_path, refuse) -> None:
    source = changed(tmp_path, label=np.array([1, 2, 3, 1, 2, 3]))
    bound = binding("label", role="target", dtype="int64", classes=3)
    (problem,) = refuse(block(source, bound))
    assert problem.suggestion == "number the classes from 0, not from 1"


def test_a_class_that_never_occurs(arrays, ready) -> None:
    bound = binding("label", role="target", dtype="int64", classes=5)
    (warning,) = ready(block(arrays, bound)).warnings
    assert warning.rule == "data-class-absent"
    assert warning.level == "warning"
    assert "class 3, 4" in warning.message


def test_a_class_that_keep_leaves_out_is_not_missed(arrays, ready) -> None:
    bound = binding("label", role="target", dtype="int64", classes=5)
    below = Keep(where=Comparison(field="label", operator="<", value=4))
    (warning,) = ready(block(arrays, bound, transforms=(below,))).warnings
    assert warning.message == "no training example of label is of class 3"
    below = Keep(where=Comparison(field="label", operator="<", value=3))
    assert ready(block(arrays, bound, transforms=(below,))).warnings == ()


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1e300] * ROWS, "float32"),
        ([2.5] * ROWS, "int64"),
        ([2**31] * ROWS, "int32"),
        ([2.0**63] * ROWS, "int64"),
        (np.array([2**63 + 1] * ROWS, np.uint64), "int64"),
        ([2] * ROWS, "bool"),
    ],
)
def test_values_that_do_not_fit(tmp_path, refuse, values, dtype) -> None:
    source = changed(tmp_path, size=np.asarray(values))
    (problem,) = refuse(block(source, binding("size", dtype=dtype)))
    assert problem.rule == "data-range"
    assert "row 0" in problem.message


def test_large_integers_stay_exact(tmp_path, ready) -> None:
    values = np.array([2**62 + 1] * ROWS)
    source = changed(tmp_path, size=values)
    prepared = ready(block(source, binding("size", dtype="int64")))
    np.testing.assert_array_equal(prepared.training["size"], values)


def test_infinity_with_row_and_entry(tmp_path, refuse) -> None:
    image = ARRAYS["image"].astype(float)
    image[4, 1, 0, 2] = -np.inf
    source = changed(tmp_path, image=image)
    (problem,) = refuse(block(source, binding("image", shape=(2, 2, 3))))
    assert problem.message == "image[1, 0, 2] in row 4 (from 0) is -inf"


def test_negative_weights(tmp_path, refuse, ready) -> None:
    bound = binding("size", role="sample_weight")
    assert len(ready(block(changed(tmp_path), bound)).training["size"]) == ROWS
    source = changed(tmp_path, size=np.array([1, 0, 1, -0.5, 1, 1]))
    (problem,) = refuse(block(source, bound))
    assert problem.rule == "data-weight"
    assert "row 3" in problem.message


def test_a_filter_needs_one_number(arrays, refuse) -> None:
    where = Comparison(field="pair", operator=">", value=0.0)
    (problem,) = refuse(block(arrays, binding("size"), transforms=(Keep(where=where),)))
    assert problem.rule == "data-shape"
    where = Comparison(field="size", operator=">", value=2.0)
    (problem,) = refuse(block(arrays, binding("size"), transforms=(Keep(where=where),)))
    assert problem.rule == "data-empty-part"


@pytest.mark.parametrize("content", [b"", b"PK", b"hello", b"\x93NUMPY\x01\x00"])
def test_no_archive(tmp_path, refuse, content) -> None:
    (tmp_path / "x.npz").write_bytes(content)
    (problem,) = refuse(block(Npz(path="x.npz"), binding("a")))
    assert problem.rule == "data-unreadable"


def test_no_file(refuse) -> None:
    (problem,) = refuse(block(Npz(path="gone.npz"), binding("a")), status=3)
    assert problem.rule == "data-missing"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_give_arrays_or_a_problem(tmp_path_factory, data) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    np.savez_compressed(folder / "d.npz", size=np.ones(50), label=np.arange(50))
    content = bytearray((folder / "d.npz").read_bytes())
    places = st.integers(0, len(content) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(content) // 2, len(content)))
    (folder / "d.npz").write_bytes(bytes(content[:cut]))
    try:
        data = block(Npz(path="d.npz"), binding("size"), binding("label"))
        sizes = [len(values) for values in prepare(data, folder).training.values()]
    except Fault as fault:
        sizes = [len(fault.problems)]
    assert min(sizes) > 0


def test_what_is_written_can_be_read_again(arrays, ready, tmp_path) -> None:
    bounds = (
        binding("size"),
        binding("label", role="target", dtype="int64", classes=3),
    )
    prepared = ready(
        block(arrays, *bounds, test=(2, "examples"), validation=(1, "examples"))
    )
    write_npz(prepared, tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz", allow_pickle=False) as file:
        assert set(file.files) == {
            *("size", "label", "val_size", "val_label", "test_size", "test_label")
        }
        np.testing.assert_array_equal(file["val_size"], prepared.validation["size"])
        assert file["test_label"].dtype == np.int64
    first = (tmp_path / "out.npz").read_bytes()
    write_npz(prepared, tmp_path / "out.npz")
    assert (tmp_path / "out.npz").read_bytes() == first
    assert len(ready(block(Npz(path="out.npz"), *bounds)).training["size"]) == 3


def test_names_that_would_hurt(arrays, ready, tmp_path) -> None:
    file = binding("file", "size")
    prepared = ready(block(arrays, file, validation=(2, "examples")))
    write_npz(prepared, tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz", allow_pickle=False) as found:
        assert set(found.files) == {"file", "val_file"}
    twins = (file, binding("val_file", "size"))
    with pytest.raises(Fault, match="would name two arrays"):
        write_npz(
            ready(block(arrays, *twins, validation=(2, "examples"))), tmp_path / "o"
        )


def test_devices_and_pipes_are_written_to(tmp_path) -> None:
    arrays = {"a": np.arange(3.0), "b": np.ones((2, 2))}
    save_npz(arrays, Path(os.devnull))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        content = pool.submit(pipe.read_bytes)
        save_npz(arrays, pipe)
        found = np.load(BytesIO(content.result(timeout=60)), allow_pickle=False)
    assert {name: found[name].tolist() for name in found.files} == {
        "a": [0.0, 1.0, 2.0],
        "b": [[1.0, 1.0], [1.0, 1.0]],
    }


def test_truth_values_are_zero_and_one(tmp_path, ready, refuse) -> None:
    source = changed(tmp_path, label=np.array([False, True] * 3))
    label = binding("label", role="target", dtype="int64", classes=3)
    prepared = ready(block(source, binding("size"), label))
    assert prepared.training["label"].dtype == np.int64
    assert sorted(prepared.training["label"]) == [0, 0, 0, 1, 1, 1]
    one = label.model_copy(update={"classes": 1})
    assert refuse(block(source, binding("size"), one))[0].rule == "data-label"


def test_an_archive_whose_members_are_no_arrays(tmp_path, refuse) -> None:
    with ZipFile(tmp_path / "z.npz", "w") as archive:
        archive.writestr("size.npy", b"no array")
    (problem,) = refuse(block(Npz(path="z.npz"), binding("size")))
    assert problem.rule == "data-unreadable"
    assert "size is no array" in problem.message


@pytest.mark.parametrize("kind", [Npz, Csv])
def test_paths_that_no_file_can_have(refuse, kind) -> None:
    (problem,) = refuse(block(kind(path="a" * 5000), binding("size")), 3)
    assert problem.rule == "data-missing"


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="not on this system")
@pytest.mark.parametrize("kind", [Npz, Csv])
def test_files_that_cannot_be_read(refuse, kind) -> None:
    (problem,) = refuse(block(kind(path="/proc/self/mem"), binding("size")))
    assert problem.rule == "data-unreadable"


def test_weights_that_are_all_zero(tmp_path, refuse, ready) -> None:
    weight = binding("weight", "size", role="sample_weight")
    source = changed(tmp_path, size=np.zeros(ROWS))
    (problem,) = refuse(block(source, binding("label"), weight))
    assert problem.rule == "data-weight"
    source = changed(tmp_path, size=np.array([0, 0, 0, 0, 0, 1.0]))
    assert ready(block(source, binding("label"), weight)).training["weight"].sum() == 1


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(
    "steps",
    [
        (Rescale(scale=1e308),),
        (Rescale(scale=1e308), Standardize()),
        (Rescale(scale=1e200), Standardize()),
    ],
)
def test_values_that_a_step_makes_too_large(arrays, refuse, steps) -> None:
    data = block(arrays, binding("pair", shape=(2,)), transforms=steps)
    assert refuse(data)[0].rule == "data-range"


def test_a_name_without_a_binding(tmp_path, refuse) -> None:
    np.savez(tmp_path / "v.npz", image=np.ones((4, 2)), label=np.ones(4))
    x, y = binding("x", shape=(2,)), binding("y", role="target")
    for_x, for_y = refuse(block(Npz(path="v.npz"), x, y))
    assert for_x.suggestion == 'input x = array("image")'
    assert for_y.suggestion == 'target y = array("label")'
