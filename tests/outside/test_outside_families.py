"""Constructs of other families from another package work, or are refused with a place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from installed import by_line, conformance, install
from wide_spec import specc

pytestmark = pytest.mark.xdist_group("outside families")

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that has the package installed."""
    return install(HERE / "wide", tmp_path_factory.mktemp("wide"))


@pytest.mark.parametrize("backend", ["torch", "keras", "reference"])
def test_a_callback_is_refused_where_it_stands(
    wide: dict[str, str], tmp_path: Path, backend: str
) -> None:
    """The emitted loop would pass it over."""
    options = "--backend", backend
    done = specc(wide, tmp_path, "compile", *options, callback="snapshot(every = 2)")
    assert done.returncode == 1
    assert "net.nnspec:23:3" in done.stderr
    assert "has no callback of other packages" in done.stderr
    assert done.stderr.count("snapshot(every = 2)") == 1


def test_a_recurrent_layer_is_told_that_nothing_bounds_its_gradients(
    wide: dict[str, str], tmp_path: Path
) -> None:
    parts = {"layer": "Reshape([4, 2])\n  Fading"}
    done = specc(wide, tmp_path, "check", **parts)
    assert "warning[recurrent-without-clipping]" in done.stdout + done.stderr
    assert "(fading_1)" in done.stdout + done.stderr
    bounded = specc(
        wide, tmp_path, "check", **parts, optimizer="sgd(0.1, clipnorm = 1.0)"
    )
    assert "recurrent" not in bounded.stdout + bounded.stderr


def test_an_adaptive_optimizer_with_a_schedule_is_noted(
    wide: dict[str, str], tmp_path: Path
) -> None:
    schedule = "exponential_decay(0.1, rate = 0.5, every = 2 epochs)"
    done = specc(wide, tmp_path, "check", optimizer=f"adagrad({schedule})")
    said = done.stdout + done.stderr
    assert "note[adaptive-optimizer-with-schedule]: adagrad adapts its steps" in said


RINGS = {
    "inputs": "2",
    "units": "2",
    "source": "rings(count = 90)",
    "target": 'target label = array("label")',
}


def prepared(
    environment: dict[str, str], folder: Path, **parts: str
) -> dict[str, np.ndarray]:
    """The arrays that a data block comes to."""
    found = folder / "arrays.npz"
    done = specc(environment, folder, "prepare", "--out", str(found), **parts)
    assert done.returncode == 0, done.stderr
    with np.load(found) as arrays:
        return dict(arrays)


def test_a_source_is_read(wide: dict[str, str], tmp_path: Path) -> None:
    arrays = prepared(wide, tmp_path, **RINGS, transform="")
    assert len(arrays["features"]) + len(arrays["val_features"]) == 72
    radius = np.linalg.norm(arrays["features"], axis=1)
    np.testing.assert_allclose(radius, 1.0 + arrays["label"], atol=1e-6)


def test_rows_are_chosen(wide: dict[str, str], tmp_path: Path) -> None:
    """All that are left are of one ring."""
    arrays = prepared(wide, tmp_path, **RINGS, transform="every(2)")
    assert len(arrays["features"]) + len(arrays["val_features"]) == 36
    assert not arrays["label"].any()


def test_values_are_changed_and_later_ones_alike(
    wide: dict[str, str], tmp_path: Path
) -> None:
    parts = {**RINGS, "transform": "center(features)"}
    plain = prepared(wide, tmp_path, **RINGS, transform="")["features"]
    found = prepared(wide, tmp_path, **parts)["features"]
    expected = plain - np.median(plain.astype(np.float64), axis=0)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    run = str(tmp_path / "run")
    done = specc(
        wide, tmp_path, "train", "--backend", "reference", "--run", run, **parts
    )
    assert done.returncode == 0, done.stderr
    command = [sys.executable, "-m", "specc.cli", "evaluate", run]
    done = subprocess.run(command, env=wide, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("part", "text", "place"),
    [
        ("source", "nowhere", "10:3"),
        ("transform", "unlucky()", "14:3"),
        ("transform", "warp()", "14:3"),
    ],
)
def test_what_nothing_carries_out_is_said_where_it_stands(
    wide: dict[str, str], tmp_path: Path, part: str, text: str, place: str
) -> None:
    parts = {**RINGS, part: text}
    done = specc(wide, tmp_path, "prepare", "--out", "arrays.npz", **parts)
    assert done.returncode == 1
    assert "data-unregistered" in done.stderr
    assert f"net.nnspec:{place}" in done.stderr


def test_what_carries_them_out_is_asked_of_data_families(wide: dict[str, str]) -> None:
    names = ("source/rings", "transform/every", "transform/center")
    options = [word for name in names for word in ("--construct", name)]
    found = by_line(conformance(wide, *options))
    for name in names:
        assert found[f"carried out: {name}"]["status"] == "passed", found
    report = conformance(wide, "--construct", "transform/warp", status=1)
    assert by_line(report)["carried out: transform/warp"]["status"] == "failed"


YES_OR_NO = {**RINGS, "units": "1", "ending": "sigmoid", "loss": "focal(gamma = 2)"}


@pytest.mark.parametrize("layer", ["", "Dropout(0.2)"])
def test_a_loss_of_yes_or_no_has_a_threshold(
    wide: dict[str, str], tmp_path: Path, layer: str
) -> None:
    """Accuracy follows what the targets are, not which loss it is."""
    parts = {**YES_OR_NO, "layer": layer, "transform": ""}
    done = specc(wide, tmp_path, "verify", "--format", "json", **parts)
    assert done.returncode == 0, done.stderr + done.stdout
    for backend in ("torch", "keras", "reference"):
        done = specc(wide, tmp_path, "compile", "--backend", backend, **parts)
        assert "threshold=0.5" in done.stdout


def test_targets_of_yes_or_no_are_held_to_their_range(
    wide: dict[str, str], tmp_path: Path
) -> None:
    parts = {**YES_OR_NO, "transform": "rescale(label, scale = 2)"}
    done = specc(wide, tmp_path, "train", "--backend", "reference", **parts)
    assert done.returncode == 1
    assert "data-target" in done.stderr
    parts = {**YES_OR_NO, "transform": "standardize(label)"}
    done = specc(wide, tmp_path, "check", **parts)
    assert done.returncode == 1
    assert "focal takes targets from 0 to 1" in done.stderr


SAMPLES = """
import numpy as np
from specc.verify.samples import base, batches_for, bundles, program_for
from specc_wide.constructs import Focal
program = program_for(base(Focal))
assert program.network.layer("dense_2").layer.activation.keyword == "sigmoid"
data = batches_for(program).training["one_target"]
assert set(np.unique(data)) == {0, 1}
found = dict(bundles())["losses"]
(focal, *_) = [o for o in found.training.objectives if o.loss == base(Focal)]
assert [metric.keyword for metric in focal.metrics] == ["accuracy", "mae"]
"""


def test_samples_fit_a_loss_of_yes_or_no(wide: dict[str, str]) -> None:
    command = [sys.executable, "-c", SAMPLES]
    done = subprocess.run(command, env=wide, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_layer_may_pass_probabilities_on(
    wide: dict[str, str], tmp_path: Path
) -> None:
    """What the layer says of itself decides, not a list of layers that specc has."""
    done = specc(wide, tmp_path, "check", last="Mirror")
    assert done.returncode == 0, done.stderr
    done = specc(wide, tmp_path, "check", last="AlphaDropout(0.1)")
    assert done.returncode == 1
    assert "loss-activation-mismatch" in done.stderr


def test_an_optimizer_and_noise_are_the_same_on_every_backend(
    wide: dict[str, str], tmp_path: Path
) -> None:
    parts = {"optimizer": "adagrad(0.1, clipnorm = 1.0)", "layer": "Blackout(0.2)"}
    done = specc(wide, tmp_path, "verify", "--format", "json", **parts)
    assert done.returncode == 0, done.stderr + done.stdout
    assert json.loads(done.stdout)["outcome"] == "equal"


@pytest.mark.parametrize(
    ("part", "text", "place", "why"),
    [
        ("optimizer", "untold(0.1)", "20:15", "where the Keras optimizer keeps"),
        ("layer", "Unmasked(0.1)", "4:3", "that the Keras layer takes masks"),
    ],
)
def test_keras_refuses_what_its_rules_leave_untold(
    wide: dict[str, str], tmp_path: Path, part: str, text: str, place: str, why: str
) -> None:
    done = specc(wide, tmp_path, "compile", "--backend", "keras", **{part: text})
    assert done.returncode == 1
    assert f"net.nnspec:{place}" in done.stderr
    assert why in done.stderr


def test_axes_of_a_constraint_are_held_against_the_weight(
    wide: dict[str, str], tmp_path: Path
) -> None:
    layer = "Dense(4, kernel_constraint = zero_sum(along = {}))"
    done = specc(wide, tmp_path, "check", layer=layer.format("[0, 1]"))
    assert done.returncode == 0, done.stderr
    done = specc(wide, tmp_path, "check", layer=layer.format(2))
    assert done.returncode == 1
    assert "out-of-range" in done.stderr
    assert "net.nnspec:4:" in done.stderr


@pytest.mark.parametrize(
    "argument", ["bias_initializer = half", "kernel_initializer = spread"]
)
def test_initial_weights_are_held_to_what_is_declared(
    wide: dict[str, str], tmp_path: Path, argument: str
) -> None:
    """All backends write the same numbers, and none of them is what was declared."""
    layer = f"Dense(40, {argument})"
    done = specc(wide, tmp_path, "verify", "--format", "json", layer=layer)
    assert done.returncode != 0
    verdict = json.loads(done.stdout)
    assert verdict["outcome"] == "different"
    assert "distribution of initial weights" in done.stdout


BUNDLED = """
from specc.verify.samples import bundles
from specc_wide.constructs import ZeroSum
layers = dict(bundles())["constraint-bias"].network.layers
found = [n.layer.bias_constraint for n in layers if hasattr(n.layer, "bias_constraint")]
along = [c.along for c in found if isinstance(c, ZeroSum)]
assert along == [(0,)], along
"""


def test_samples_of_a_bias_have_its_axis(wide: dict[str, str]) -> None:
    command = [sys.executable, "-c", BUNDLED]
    done = subprocess.run(command, env=wide, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_they_conform(wide: dict[str, str]) -> None:
    """Every field acts and every program is equal, on every backend."""
    names = ("loss/focal", "optimizer/adagrad", "layer/Blackout")
    options = [word for name in names for word in ("--construct", name)]
    report = conformance(wide, *options)
    assert report["passed"], [c for c in report["checks"] if c["status"] == "failed"]
    found = by_line(report)
    for name in names:
        for backend in ("torch", "keras", "reference"):
            for check in ("equal", "text", "faults noticed"):
                line = f"{check}: {name} on {backend}"
                if line.startswith("faults") and backend == "reference":
                    continue  # the judge is held against the others
                assert found[line]["status"] == "passed", found[line]
