"""The division into parts, transforms fitted on the training part, and batches."""

from __future__ import annotations

import json

import numpy as np
import pytest
from data_blocks import binding, block

from specc import ir
from specc.catalog.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from specc.catalog.sources.builtin import Digits, Iris
from specc.catalog.sources.files import Csv, Npz
from specc.catalog.transforms import OneHot, Rescale, Standardize, Take
from specc.check.graph import build_network
from specc.data import check_targets, prepare
from specc.data.bound import conform
from specc.data.steps import Fitted
from specc.diagnostics.fault import Fault
from specc.runtime.batches import ArrayBatches
from specc.runtime.random import permutation

FEATURES = binding("features", shape=(4,))
LABEL = binding("label", role="target", dtype="int64", classes=3)


def test_test_first_then_validation_then_training(ready) -> None:
    data = block(Iris(), FEATURES, test=(20, "%"), validation=(10, "%"), split_seed=7)
    rows = ready(data).rows
    order = permutation(7, "split", "", 150)
    np.testing.assert_array_equal(rows["test"], order[:30])
    np.testing.assert_array_equal(rows["validation"], order[30:42])
    np.testing.assert_array_equal(rows["training"], order[42:])


def test_without_parts_nothing_is_moved(ready) -> None:
    prepared = ready(block(Iris(), FEATURES))
    np.testing.assert_array_equal(prepared.rows["training"], np.arange(150))
    assert prepared.validation is None
    assert prepared.part("test") is None


def test_take_is_the_head_of_a_seeded_order(ready) -> None:
    rows = ready(block(Iris(), FEATURES, transforms=(Take(count=20),))).rows["training"]
    np.testing.assert_array_equal(rows, permutation(0, "take", "0", 150)[:20])


def test_take_of_too_few(ready) -> None:
    prepared = ready(block(Iris(), FEATURES, transforms=(Take(count=151),)))
    assert len(prepared.rows["training"]) == 150
    (warning,) = prepared.warnings
    assert warning.rule == "data-few-rows"


@pytest.mark.parametrize(
    "parts",
    [
        {"test": (0.1, "%")},
        {"test": (100, "%")},
        {"validation": (150, "examples")},
        {"test": (149, "examples"), "validation": (50, "%")},
    ],
)
def test_empty_parts(refuse, parts) -> None:
    (problem,) = refuse(block(Iris(), FEATURES, **parts))
    assert problem.rule == "data-empty-part"


def test_standardize_is_fitted_on_the_training_part_alone(ready) -> None:
    raw = ready(block(Iris(), binding("features", shape=(4,), dtype="float64")))
    data = block(
        Iris(),
        binding("features", shape=(4,), dtype="float64"),
        test=(30, "%"),
        validation=(10, "%"),
        transforms=(Standardize(),),
    )
    prepared = ready(data)
    used = raw.training["features"][prepared.rows["training"]]
    expected = (raw.training["features"] - used.mean(0)) / used.std(0)
    for part in ("training", "validation", "test"):
        np.testing.assert_allclose(
            prepared.part(part)["features"], expected[prepared.rows[part]], atol=1e-13
        )


def test_standardize_in_blocks(tmp_path, ready, monkeypatch) -> None:
    values = 1e4 + np.random.default_rng(0).normal(size=(1000, 3))
    np.savez(tmp_path / "v.npz", v=values)
    monkeypatch.setattr("specc.data.bound._BLOCK", 30)
    bound = binding("v", shape=(3,), dtype="float64")
    prepared = ready(block(Npz(path="v.npz"), bound, transforms=(Standardize(),)))
    expected = (values - values.mean(0)) / values.std(0)
    np.testing.assert_allclose(prepared.training["v"], expected, atol=1e-10)


def test_a_constant_divides_by_one(tmp_path, ready) -> None:
    # 0.1 is no binary fraction: the mean of 1,000 of them is another number.
    np.savez(tmp_path / "v.npz", v=np.full((1000, 2), 0.1))
    bound = binding("v", shape=(2,))
    prepared = ready(block(Npz(path="v.npz"), bound, transforms=(Standardize(),)))
    assert not prepared.training["v"].any()


def test_one_cast_after_all_computation(ready) -> None:
    steps = (Standardize(), Rescale(scale=0.1, offset=3.0))
    wide = binding("features", shape=(4,), dtype="float64")
    exact = ready(block(Iris(), wide, transforms=steps)).training["features"]
    prepared = ready(block(Iris(), FEATURES, transforms=steps))
    np.testing.assert_array_equal(
        prepared.training["features"], exact.astype(np.float32)
    )


def test_rescale_and_one_hot(ready) -> None:
    data = block(
        Digits(),
        binding("image", shape=(8, 8)),
        binding("label", role="target", shape=(10,)),
        transforms=(
            Rescale(names=("image",), scale=1 / 16, offset=-0.5),
            OneHot(names=("label",), classes=10),
        ),
    )
    prepared = ready(data)
    assert prepared.training["image"].min() == -0.5
    assert prepared.training["image"].max() == 0.5
    plain = ready(block(Digits(), binding("label", role="target", dtype="int64")))
    np.testing.assert_array_equal(
        prepared.training["label"], np.eye(10)[plain.training["label"]]
    )


def test_integers_are_no_inputs_to_standardize(ready) -> None:
    tokens = binding("tokens", "label", dtype="int64")
    prepared = ready(block(Iris(), FEATURES, tokens, transforms=(Standardize(),)))
    assert set(np.unique(prepared.training["tokens"])) == {0, 1, 2}
    assert abs(prepared.training["features"].mean()) < 1e-6


def test_single_columns_of_a_binding(tmp_path, ready, refuse) -> None:
    (tmp_path / "t.csv").write_text("a,b,c\n1,10,5\n3,30,7\n")
    source = Csv(path="t.csv")
    x = binding("x", "a", "b", "c", shape=(3,))
    data = block(
        source,
        x,
        transforms=(Standardize(names=("b",)), Rescale(names=("a", "c"), scale=2.0)),
    )
    np.testing.assert_array_equal(ready(data).training["x"], [[2, -1, 10], [6, 1, 14]])
    (problem,) = refuse(block(source, x, transforms=(Standardize(names=("d",)),)))
    assert problem.rule == "data-unknown-field"
    (problem,) = refuse(
        block(source, x, transforms=(OneHot(names=("b",), classes=40),))
    )
    assert problem.rule == "data-shape"


def test_fitted_steps_survive_as_arrays(ready) -> None:
    steps = (Standardize(), Rescale(scale=2.0))
    prepared = ready(block(Iris(), FEATURES, LABEL, transforms=steps))
    again = Fitted.from_arrays(prepared.fitted.arrays())
    raw = ready(block(Iris(), binding("features", shape=(4,), dtype="float64")))
    np.testing.assert_array_equal(
        again.apply("features", raw.training["features"]).astype(np.float32),
        prepared.training["features"],
    )


def test_fingerprint_tells_data_apart(ready) -> None:
    data = block(Iris(), FEATURES, LABEL)
    first = ready(data).fingerprint
    assert ready(data).fingerprint == first
    assert len(first) == 64
    others = [
        block(Iris(), FEATURES),
        block(Iris(), FEATURES, LABEL, split_seed=1),
        block(Iris(), FEATURES, LABEL, validation=(10, "%")),
        block(Iris(), FEATURES, LABEL, transforms=(Standardize(),)),
        block(Iris(), binding("features", shape=(4,), dtype="float64"), LABEL),
    ]
    assert len({first, *(ready(other).fingerprint for other in others)}) == 6


def test_fingerprint_tells_units_and_fits_apart(tmp_path, ready) -> None:
    """Standardized, values in other units are the same; the data is not."""
    data = block(Npz(path="a.npz"), binding("x"), transforms=(Standardize(),))
    np.savez(tmp_path / "a.npz", x=np.arange(8.0))
    first = ready(data)
    np.savez(tmp_path / "a.npz", x=np.arange(8.0) * 1024)
    second = ready(data)
    np.testing.assert_array_equal(first.training["x"], second.training["x"])
    assert first.fingerprint != second.fingerprint
    np.savez(tmp_path / "a.npz", x=np.arange(8.0))
    assert prepare(data, tmp_path).fingerprint == first.fingerprint
    other = prepare(data, tmp_path, fitted=second.fitted)
    assert other.fingerprint != first.fingerprint


def test_what_was_fitted_before_is_applied(tmp_path, ready) -> None:
    data = block(Npz(path="a.npz"), binding("x"), transforms=(Standardize(),))
    np.savez(tmp_path / "a.npz", x=np.arange(8.0))
    fitted = ready(data).fitted
    np.savez(tmp_path / "a.npz", x=np.arange(8.0) + 100)
    again = prepare(data, tmp_path, fitted=fitted)
    assert again.fitted is fitted
    expected = fitted.apply("x", np.arange(8.0) + 100)
    np.testing.assert_allclose(again.training["x"], expected, rtol=1e-6)


def test_the_block_survives_as_json(ready) -> None:
    data = block(
        Iris(),
        FEATURES,
        LABEL,
        test=(20, "%"),
        transforms=(Standardize(), Take(count=90)),
    )
    again = ir.Data.model_validate_json(data.model_dump_json())
    assert again == data
    assert json.loads(data.model_dump_json())["source"] == {"kind": "iris"}


@pytest.mark.parametrize(
    ("source", "wanted", "result"),
    [
        ((8, 8, 1), (8, 8), (8, 8)),
        ((64,), (8, 8, 1), (8, 8, 1)),
        ((8, 8), (64,), (64,)),
        ((), (1,), (1,)),
        ((1,), (), ()),
        ((3, 4), (4, 3), None),
        ((2, 6), (3, 4), None),
        ((5, 3), ("time", 3), (5, 3)),
        ((5, 3), ("time", 4), None),
    ],
)
def test_conform(source, wanted, result) -> None:
    assert conform(source, wanted) == result


# Batches ---------------------------------------------------------------------


def arrays(count: int) -> dict[str, np.ndarray]:
    """Rows that can be told apart."""
    return {"x": np.arange(count * 3.0).reshape(count, 3), "y": np.arange(count)}


@pytest.mark.parametrize("shuffle", [True, False])
def test_every_row_once_an_epoch(shuffle) -> None:
    batches = ArrayBatches(arrays(50), None, batch_size=8, seed=3, shuffle=shuffle)
    seen = list(batches.epoch(0))
    assert batches.steps_per_epoch == len(seen) == 7
    ids = np.concatenate([batch["ids"] for batch in seen])
    expected = permutation(3, "order", "0", 50) if shuffle else np.arange(50)
    np.testing.assert_array_equal(ids, expected)
    for batch in seen:
        np.testing.assert_array_equal(batch["y"], batch["ids"])
        np.testing.assert_array_equal(batch["x"], arrays(50)["x"][batch["ids"]])
    assert len(seen[-1]["ids"]) == 2


def test_epochs_have_orders_of_their_own_and_come_again() -> None:
    batches = ArrayBatches(arrays(50), arrays(9), batch_size=50, seed=3, shuffle=True)
    first, second = (next(batches.epoch(e))["ids"] for e in (0, 1))
    assert (first != second).any()
    np.testing.assert_array_equal(next(batches.epoch(0))["ids"], first)
    (held_out,) = list(batches.validation())
    np.testing.assert_array_equal(held_out["ids"], np.arange(9))


# Targets ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "bound", "good"),
    [
        (MeanSquaredError(), LABEL, True),
        (SparseCategoricalCrossentropy(), LABEL, True),
        (
            SparseCategoricalCrossentropy(),
            binding("label", "features", role="target", shape=(4,)),
            False,
        ),
        (BinaryCrossentropy(), LABEL, False),
        (CategoricalCrossentropy(), binding("label", role="target", shape=(1,)), False),
    ],
)
def test_targets_against_losses(ready, loss, bound, good) -> None:
    network = build_network(
        "N", {"features": ((3,), "float32")}, (), {"out": "features"}
    )
    objective = ir.Objective(output="out", target="label", loss=loss)
    training = ir.Training.model_construct(objectives=(objective,))
    program = ir.Program.model_construct(network=network, training=training)
    prepared = ready(block(Iris(), bound))
    if good:
        check_targets(program, prepared)
        return
    with pytest.raises(Fault) as caught:
        check_targets(program, prepared)
    assert caught.value.problems[0].rule == "data-target"
    assert "row 0" in caught.value.problems[0].message or "row 100" in str(caught.value)
