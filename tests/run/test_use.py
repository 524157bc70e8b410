"""Evaluating and predicting with a run."""

from __future__ import annotations

import numpy as np
import pytest
from run_programs import dense, job, program

from specc import ir
from specc.catalog.layers.dropout import Dropout
from specc.catalog.layers.normalization import BatchNormalization
from specc.catalog.sources.files import Npz
from specc.data import prepare
from specc.diagnostics.fault import Fault
from specc.run import (
    create,
    evaluate,
    load_run,
    open_run,
    predict,
    predict_samples,
    prepare_again,
    read_inputs,
    train,
)
from specc.runtime.loop import evaluate as means
from specc.runtime.random import keep_mask


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run."""
    return train(job(program(5)), create(tmp_path_factory.mktemp("runs") / "run"))


def raw_features() -> np.ndarray:
    """Iris as the source has it."""
    data = program().data
    plain = data.model_copy(update={"transforms": (), "test": None, "validation": None})
    bindings = tuple(
        b.model_copy(update={"dtype": "float64"}) if b.role == "input" else b
        for b in plain.bindings
    )
    return prepare(
        plain.model_copy(update={"bindings": bindings}), job(program()).base
    ).training["features"]


def test_evaluate_every_part(run) -> None:
    loaded = load_run(open_run(run.folder.path))
    held_out = evaluate(loaded, "validation")
    assert held_out.figures["loss"] == pytest.approx(
        run.history[-1]["val_loss"], rel=1e-14
    )
    assert held_out.examples == 24
    made = job(program(5))
    for part in ("training", "test"):
        batches = made.prepared.batches(made.training).in_order(
            made.prepared.part(part)
        )
        expected = means(run.state, batches, run.module.evaluate_step)
        assert evaluate(loaded, part).figures == pytest.approx(expected, rel=1e-14)
    assert evaluate(loaded, "train").split == "training"


def table(path, scale: float) -> None:
    """A file with Iris in it, its features in some unit."""
    made = program().data.model_copy(update={"transforms": (), "test": None})
    rows = prepare(made.model_copy(update={"validation": None}), path.parent).training
    np.savez(path, features=rows["features"] * scale, label=rows["species"])


def from_file() -> ir.Program:
    """The training on a file ``iris.npz``."""
    made = program(2)
    source = Npz(path="iris.npz")
    return made.model_copy(
        update={"data": made.data.model_copy(update={"source": source})}
    )


def test_changed_data_is_seen_and_prepared_as_the_training_was(tmp_path) -> None:
    table(tmp_path / "iris.npz", 1.0)
    folder = train(job(from_file(), base=tmp_path), create(tmp_path / "r")).folder
    loaded = load_run(folder)
    before = evaluate(loaded, "test")
    assert before.warnings == ()
    table(tmp_path / "iris.npz", 1000.0)
    after = evaluate(loaded, "test")
    (warning,) = after.warnings
    assert warning.rule == "run-data-changed"
    assert after.figures["loss"] > 10 * before.figures["loss"]
    with np.load(tmp_path / "iris.npz") as file:
        features = file["features"]
    rows = job(from_file(), base=tmp_path).prepared.rows["test"]
    predicted = predict(loaded, {"features": features[rows]})["species"]
    right = predicted.argmax(1) == np.repeat(np.arange(3), 50)[rows]
    assert after.figures["accuracy"] == pytest.approx(right.mean())


def test_changed_data_is_not_trained_on(tmp_path) -> None:
    table(tmp_path / "iris.npz", 1.0)
    made = from_file()
    folder = train(job(made, base=tmp_path), create(tmp_path / "r")).folder
    again = prepare_again(folder, made, tmp_path, ir.Origins())
    assert again.fingerprint == folder.record()["data"]["fingerprint"]
    table(tmp_path / "iris.npz", 1000.0)
    with pytest.raises(Fault) as caught:
        prepare_again(folder, made, tmp_path, ir.Origins())
    assert caught.value.problems[0].rule == "run-differs"
    with pytest.raises(Fault) as caught:
        train(job(made, base=tmp_path), folder, resume=True)
    assert caught.value.problems[0].rule == "run-differs"


def test_evaluate_a_part_that_is_not_there(tmp_path) -> None:
    made = program(1)
    made = made.model_copy(
        update={"data": made.data.model_copy(update={"test": None, "validation": None})}
    )
    result = train(job(made), create(tmp_path / "r"))
    assert result.history[0].keys() >= {"loss"}
    with pytest.raises(Fault) as caught:
        evaluate(load_run(result.folder), "test")
    assert caught.value.status == 2
    assert result.folder.weights("best").keys() == result.folder.weights("last").keys()


def test_predict_applies_the_fitted_transforms(run) -> None:
    loaded = load_run(run.folder)
    made = job(program(5))
    rows = made.prepared.rows["test"]
    predicted = predict(loaded, {"features": raw_features()[rows]}, batch_size=7)
    batch = {**made.prepared.test, "ids": np.arange(30)}
    expected = run.module.predict(run.state, batch)
    np.testing.assert_allclose(predicted["species"], expected["species"], rtol=1e-13)
    assert predicted["species"].shape == (30, 3)


@pytest.mark.parametrize(
    ("arrays", "rule"),
    [
        ({}, "run-input"),
        ({"feature": np.zeros((2, 4))}, "run-input"),
        ({"features": np.zeros((2, 5))}, "data-shape"),
        ({"features": np.zeros((0, 4))}, "run-input"),
        ({"features": np.array(1.0)}, "run-input"),
        ({"features": np.array([[1, 2, 3, np.nan]])}, "data-not-finite"),
        ({"features": np.full((1, 4), 1e300)}, "data-range"),
    ],
)
def test_inputs_that_do_not_fit(run, arrays, rule) -> None:
    with pytest.raises(Fault) as caught:
        predict(load_run(run.folder), arrays)
    assert caught.value.problems[0].rule == rule


def test_inputs_from_a_file(run, tmp_path) -> None:
    loaded = load_run(run.folder)
    np.savez(tmp_path / "x.npz", features=raw_features()[:3], label=np.zeros(7))
    assert set(read_inputs(loaded, tmp_path / "x.npz")) == {"features"}
    np.savez(tmp_path / "y.npz", feature=np.zeros((1, 4)))
    with pytest.raises(Fault) as caught:
        read_inputs(loaded, tmp_path / "y.npz")
    assert caught.value.problems[0].suggestion == "rename feature to features"
    with pytest.raises(Fault) as caught:
        read_inputs(loaded, tmp_path / "none.npz")
    assert caught.value.status == 3


def test_best_weights(run) -> None:
    loaded = load_run(run.folder, which="best")
    best = min(figures["val_loss"] for figures in run.history)
    assert evaluate(loaded, "validation").figures["loss"] == pytest.approx(
        best, rel=1e-14
    )


# Monte-Carlo dropout ---------------------------------------------------------


def test_samples_are_training_passes_over_masks_of_their_own(run) -> None:
    loaded = load_run(run.folder)
    features = raw_features()[:10]
    samples = predict_samples(loaded, {"features": features}, passes=40)
    assert samples.mean["species"].shape == (10, 3)
    np.testing.assert_allclose(samples.mean["species"].sum(axis=1), 1, rtol=1e-12)
    assert (samples.deviation["species"] > 0).all()
    plain = predict(loaded, {"features": features})["species"]
    assert (
        np.abs(samples.mean["species"] - plain) < samples.deviation["species"]
    ).all()
    again = predict_samples(loaded, {"features": features}, passes=40)
    np.testing.assert_array_equal(samples.mean["species"], again.mean["species"])
    # One pass is the output of the training mode with the masks of step 0.
    (once,) = predict_samples(
        loaded, {"features": features[:1]}, passes=1
    ).mean.values()
    weights = loaded.module.export_weights(loaded.state)
    prepared = loaded.folder.preparation().apply("features", features[:1])
    hidden = prepared.astype("f4") @ weights["dense_1/kernel"] + weights["dense_1/bias"]
    keep = keep_mask(5, "dropout_1/keep", (1, 16), 0.2, 0)
    hidden = np.maximum(hidden, 0) * keep / 0.8
    logits = hidden @ weights["dense_2/kernel"] + weights["dense_2/bias"]
    np.testing.assert_allclose(once, np.exp(logits) / np.exp(logits).sum(), rtol=1e-12)


def test_batches_of_a_pass_have_masks_of_their_own(run) -> None:
    features = np.repeat(raw_features()[:1], 8, axis=0)
    loaded = load_run(run.folder)
    samples = predict_samples(loaded, {"features": features}, passes=1, batch_size=4)
    first, second = samples.mean["species"].reshape(2, 4, 3)
    assert not np.array_equal(first, second)


def test_samples_normalize_as_inference_does(tmp_path) -> None:
    layers = [
        ("dense_1", dense(4)),
        ("batch_normalization_1", BatchNormalization()),
        ("dropout_1", Dropout(rate=1e-12)),
        ("dense_2", dense(3, "softmax")),
    ]
    result = train(job(program(1, layers=layers)), create(tmp_path / "r"))
    loaded, inputs = load_run(result.folder), {"features": raw_features()[:7]}
    samples = predict_samples(loaded, inputs, 2)
    # Nothing is dropped at such a rate, so each pass is the prediction.
    np.testing.assert_allclose(
        samples.mean["species"], predict(loaded, inputs)["species"], rtol=1e-10
    )
    assert not samples.deviation["species"].any()


def test_models_without_samples(tmp_path) -> None:
    layers = [("dense_1", dense(4)), ("dense_2", dense(3, "softmax"))]
    result = train(job(program(1, layers=layers)), create(tmp_path / "r"))
    with pytest.raises(Fault) as caught:
        predict_samples(load_run(result.folder), {"features": np.zeros((1, 4))}, 2)
    assert caught.value.problems[0].rule == "run-no-dropout"
