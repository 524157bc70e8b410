"""Predictions are in the units of the data, figures in those of the loss."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from specc.api import Spec
from specc.catalog.registry import catalog
from specc.data.steps import _KINDS, Affine
from specc.diagnostics.model import Source
from specc.run import RunResult, evaluate, load_run, predict, predict_samples

TEXT = """\
model Lines {{
  input x: float32[2]
  hidden = x -> Dense(8, activation = relu) -> Dropout(0.1)
  output a = hidden -> Dense(1)
  output b = hidden -> Dense(2)
  output c = hidden -> Dense(1, activation = sigmoid)
}}
data Lines {{
  source = npz("lines.npz")
  test = 20%
  {steps}
}}
train Lines on Lines {{
  loss a = mse
  loss b = mse
  loss c = binary_crossentropy
  optimizer = adam(0.01)
  epochs = 60
  precision = float64
}}
"""

CHANGED = """\
standardize(x, a, b)
  rescale(a, scale = -0.5, offset = 3)
  rescale(c, scale = 0.5)"""


def spec(folder: Path, steps: str) -> Spec:
    random = np.random.default_rng(0)
    x = random.normal(5, 3, (120, 2))
    a = 1000 + 200 * x[:, 0]
    b = np.stack([x[:, 1] * 0.001, 1e6 - x[:, 0]], axis=1)
    c = (x[:, 0] > 5) * 2.0 if "scale = 0.5" in steps else (x[:, 0] > 5) * 1.0
    np.savez(folder / "lines.npz", x=x, a=a, b=b, c=c)
    return Spec(Source(str(folder / "lines.nnspec"), TEXT.format(steps=steps)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("units")


@pytest.fixture(scope="module")
def run(folder: Path) -> RunResult:
    """A run whose targets were changed."""
    return spec(folder, CHANGED).train("reference", run=folder / "run")


def test_predictions_are_near_the_data(run: RunResult, folder: Path) -> None:
    raw = dict(np.load(folder / "lines.npz"))
    outputs = predict(load_run(run.folder), {"x": raw["x"]})
    assert abs(outputs["a"][:, 0] - raw["a"]).mean() < 0.5 * raw["a"].std()
    gaps = abs(outputs["b"] - raw["b"]).mean(axis=0)
    assert (gaps < 0.5 * raw["b"].std(axis=0)).all()
    # Of a probability nothing is undone.
    assert outputs["c"].max() <= 1


def test_what_is_undone_is_what_was_done(run: RunResult, folder: Path) -> None:
    loaded = load_run(run.folder)
    raw = dict(np.load(folder / "lines.npz"))
    prepared = spec(folder, CHANGED).prepare()
    rows = prepared.rows["training"]
    found = predict(loaded, {"x": raw["x"][rows]})
    batch = {"ids": np.arange(len(rows)), "x": prepared.training["x"]}
    units = run.module.predict(run.state, batch)
    trained = {name: raw[name][rows] for name in "ab"}
    expected = (units["a"] - 3) / -0.5 * trained["a"].std() + trained["a"].mean()
    np.testing.assert_allclose(found["a"], expected, rtol=1e-9)
    expected = units["b"] * trained["b"].std(axis=0) + trained["b"].mean(axis=0)
    np.testing.assert_allclose(found["b"], expected, rtol=1e-9)
    np.testing.assert_array_equal(found["c"], units["c"])


def test_samples_have_the_units_of_the_data(run: RunResult, folder: Path) -> None:
    loaded = load_run(run.folder)
    raw = dict(np.load(folder / "lines.npz"))
    samples = predict_samples(loaded, {"x": raw["x"]}, 100)
    gaps = abs(samples.mean["a"][:, 0] - raw["a"])
    assert gaps.mean() < 0.5 * raw["a"].std()
    # Deviations are scaled and not moved.
    assert (samples.deviation["a"] > 0).all()
    assert samples.deviation["a"].mean() < raw["a"].std()
    assert samples.deviation["b"][:, 1].mean() < raw["b"][:, 1].std()


def test_figures_stay_in_the_units_of_the_loss(run: RunResult) -> None:
    assert evaluate(load_run(run.folder), "test").figures["a_loss"] < 1


def test_without_changes_nothing_is_undone(folder: Path) -> None:
    result = spec(folder, "standardize(x)").train("reference", run=folder / "plain")
    raw = dict(np.load(folder / "lines.npz"))
    prepared = result.folder.preparation().apply("x", raw["x"]).astype("f4")
    batch = {"ids": np.arange(120), "x": prepared}
    units = result.module.predict(result.state, batch)
    found = predict(load_run(result.folder), {"x": raw["x"]})
    for name, values in units.items():
        np.testing.assert_array_equal(found[name], values)


@pytest.mark.parametrize(
    "step", [kind for kind in _KINDS.values() if issubclass(kind, Affine)]
)
def test_affine_steps_undo_what_they_do(step: type[Affine]) -> None:
    names = [item.name for item in dataclasses.fields(step)]
    made = step(**{n: np.array([-2.0 - i, 3.0]) for i, n in enumerate(names)})
    values = np.random.default_rng(1).normal(size=(9, 2))
    np.testing.assert_allclose(made.undo(made.apply(values)), values, atol=1e-12)
    spread = abs(made.undo(values) - made.undo(np.zeros(2)))
    if step.kind != "standardize":  # whose deviations are positive
        np.testing.assert_allclose(made.undo_spread(abs(values)), spread, atol=1e-12)


def test_every_change_of_values_has_its_step() -> None:
    transforms = catalog().family("transform").values()
    changing = {k.keyword for k in transforms if not getattr(k, "chooses_rows", False)}
    assert changing == set(_KINDS)


def test_a_factor_of_zero_is_refused(folder: Path) -> None:
    problems = spec(folder, "rescale(x, scale = 0)").check()
    refused = [p.message for p in problems if p.rule == "invalid-value"]
    assert len(refused) == 1
    assert "must not be 0" in refused[0]
