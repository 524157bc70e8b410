"""State, training runs and stand-alone use of programs of the Keras backend."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras_programs import emit, run
from safetensors.numpy import load_file
from small_programs import batch_of, layer, make, objective, program

from specc.live import load
from specc.runtime.batches import ArrayBatches

OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("sgd", {}),
    ("sgd", {"momentum": 0.9, "nesterov": True, "clipnorm": 1.0}),
    ("rmsprop", {"momentum": 0.3, "centered": True}),
    ("adam", {"amsgrad": True, "global_clipnorm": 1.0}),
    ("adam", {"epsilon_place": "corrected"}),
    ("nadam", {"clipvalue": 0.5}),
]


def classifier(
    keyword: str = "sgd", given: dict[str, Any] | None = None, **more: Any
) -> Any:
    """All that has a state: batch normalization, dropout, penalties, constraints."""
    dense = {
        "kernel_regularizer": make("regularizer", "l2", factor=1e-3),
        "kernel_constraint": make("constraint", "max_norm", max_value=1.0),
    }
    loss = make("loss", "sparse_categorical_crossentropy")
    accuracy = make("metric", "accuracy")
    elu, softmax = make("activation", "elu"), make("activation", "softmax")
    return program(
        {"image": (4, 3)},
        [
            ("flatten_1", layer("Flatten"), "image"),
            ("bn_1", layer("BatchNormalization", momentum=0.9), "flatten_1"),
            ("dense_1", layer("Dense", units=8, activation=elu, **dense), "bn_1"),
            ("drop_1", layer("Dropout", rate=0.2), "dense_1"),
            ("dense_2", layer("Dense", units=3, activation=softmax), "drop_1"),
        ],
        outputs={"label": "dense_2"},
        objectives=[
            objective("label", loss, logits=True, target="label", metrics=(accuracy,))
        ],
        optimizer=make(
            "optimizer",
            keyword,
            learning_rate={
                "kind": "exponential_decay",
                "initial": 0.05,
                "rate": 0.5,
                "every": {"value": 1.0, "unit": "epochs"},
            },
            **(given or {}),
        ),
        **more,
    )


def data(examples: int = 50) -> ArrayBatches:
    random = np.random.default_rng(5)
    x = random.normal(size=(examples, 4, 3))
    y = (x.sum(axis=(1, 2)) > 0).astype(np.int64) + (x[:, 0, 0] > 1)
    held_out = {"image": x[:10], "label": y[:10]}
    return ArrayBatches({"image": x, "label": y}, held_out, 16, 7, True)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("keyword", "given"), OPTIMIZERS, ids=str)
def test_resumed_is_uninterrupted(
    keyword: str, given: dict[str, Any], dtype: str
) -> None:
    """Export, a new state, import: then every bit of what follows is the same."""
    running = run(classifier(keyword, given), dtype)
    module, batches = running.module, data()
    state = running.state
    state.steps_per_epoch = batches.steps_per_epoch
    for batch in batches.epoch(0):
        module.train_step(state, batch, state.step)
        state.step += 1
    saved = module.export_state(state)
    other = module.init_state(dtype=dtype, seed=state.seed, steps_per_epoch=4)
    module.import_state(other, saved)
    assert other.step == state.step == 4
    for batch in batches.epoch(1):
        _, logs = module.train_step(state, batch, state.step)
        assert module.train_step(other, batch, other.step)[1] == logs
        state.step += 1
        other.step += 1
    ended, again = module.export_state(state), module.export_state(other)
    assert ended.keys() == again.keys() == saved.keys()
    for name, array in ended.items():
        assert array.dtype == again[name].dtype
        assert (array == again[name]).all(), name
        assert array.flags.c_contiguous


def test_names_and_types_of_the_state() -> None:
    running = run(classifier("rmsprop", {"centered": True}), "float32")
    saved = running.module.export_state(running.state)
    weights = {
        "bn_1/gamma": (12,),
        "bn_1/beta": (12,),
        "dense_1/kernel": (12, 8),
        "dense_1/bias": (8,),
        "dense_2/kernel": (8, 3),
        "dense_2/bias": (3,),
    }
    buffers = {"bn_1/moving_mean": (12,), "bn_1/moving_variance": (12,)}
    slots = {
        f"optimizer/{slot}/{path}": shape
        for path, shape in weights.items()
        for slot in ("mean_square", "mean_gradient")
    }
    counters = {"counter/step": (), "counter/epoch": ()}
    assert {name: array.shape for name, array in saved.items()} == {
        **weights,
        **buffers,
        **slots,
        **counters,
    }
    assert saved["counter/step"].dtype == np.int64
    assert saved["dense_1/kernel"].dtype == np.float32
    saved["dense_1/kernel"][:] = 7
    found = running.module.export_weights(running.state)["dense_1/kernel"]
    assert not (found == 7).any(), "what is exported is a copy"


def test_import_takes_all_or_nothing() -> None:
    running = run(classifier())
    module, state = running.module, running.state
    before = module.export_weights(state)
    moved = {path: array + 1 for path, array in before.items()}
    missing = {path: a for path, a in moved.items() if path != "dense_2/bias"}
    with pytest.raises(KeyError, match="missing: dense_2/bias"):
        module.import_weights(state, missing)
    with pytest.raises(KeyError, match="unexpected: more"):
        module.import_weights(state, {**moved, "more": np.zeros(2)})
    with pytest.raises(ValueError, match=r"dense_1/kernel must be \(12, 8\)"):
        module.import_weights(state, {**moved, "dense_1/kernel": np.zeros((8, 12))})
    saved = {**module.export_state(state), "counter/epoch": np.zeros(2)}
    with pytest.raises(ValueError, match="counter/epoch"):
        module.import_state(state, saved)
    for path, array in module.export_weights(state).items():
        assert (array == before[path]).all()


def test_initial_weights_are_those_of_the_seed_rounded_once() -> None:
    text = emit(classifier()).text
    module = load(text, "keras_initial")
    for dtype in ("float32", "float64"):
        state = module.init_state(dtype=dtype, seed=11)
        expected = module.initial_weights(11)
        found = module.export_weights(state)
        assert found.keys() == expected.keys()
        for path, array in found.items():
            assert array.dtype == dtype
            assert (array == expected[path].astype(dtype)).all()


def test_what_compiles_is_what_gradients_computes() -> None:
    """The compiled step and `gradients` trace one function; buffers move alike."""
    running = run(classifier("sgd", {}), "float64")
    module, state = running.module, running.state
    batch = batch_of(running.program)
    start = module.export_state(state)
    raw, logs = module.gradients(state, batch, 5)
    buffers = module.export_weights(state)["bn_1/moving_mean"]
    module.import_state(state, start)
    _, compiled = module.train_step(state, batch, 5)
    assert compiled == pytest.approx(logs, rel=1e-14)
    after = module.export_weights(state)
    assert after["bn_1/moving_mean"] == pytest.approx(buffers, rel=1e-14)
    rate = module.learning_rate(5, state.steps_per_epoch)
    assert after["dense_2/kernel"] == pytest.approx(
        start["dense_2/kernel"] - rate * np.asarray(raw["dense_2/kernel"]), rel=1e-13
    )


def test_probe_leaves_buffers_alone() -> None:
    from specc_keras import probe

    running = run(classifier(), "float64")
    module, state = running.module, running.state
    batch = batch_of(running.program)
    before = module.export_state(state)
    raw, clipped, _ = probe.raw_gradients(module, state, batch, 0)
    assert raw.keys() == clipped.keys()
    for training in (True, False):
        found = probe.node_outputs(module, running.emission, state, batch, training, 0)
        assert found.keys() == {call.name for call in running.program.network.calls}
    weight = before["dense_1/kernel"]
    assert probe.penalty(module, state) == pytest.approx(1e-3 * (weight**2).sum())
    after = module.export_state(state)
    for name, array in after.items():
        assert (array == before[name]).all(), name
    assert state.model.get_layer("drop_1").keep is None


def test_two_precisions_do_not_disturb_each_other() -> None:
    """Graphs are traced late; the type of a model must not depend on what came since."""
    module = load(emit(classifier("adam")).text, "keras_two")
    batch = batch_of(classifier())

    def trained(state: Any) -> Any:
        for step in range(3):
            module.train_step(state, batch, step)
        return module.export_state(state)

    alone = {
        dtype: trained(module.init_state(dtype)) for dtype in ("float64", "float32")
    }
    first, second = module.init_state("float64"), module.init_state("float32")
    for dtype, state in (("float64", first), ("float32", second)):
        for name, array in trained(state).items():
            assert (array == alone[dtype][name]).all(), name
    assert module.predict(first, batch)["label"].dtype == np.float64


def test_training_is_the_loop_over_steps() -> None:
    stopping = make(
        "callback",
        "early_stopping",
        monitor="val_loss",
        patience={"value": 1.0, "unit": "epochs"},
        min_delta=100.0,
        restore_best=True,
    )
    tested = classifier("sgd", {"momentum": 0.9}, epochs=5, callbacks=(stopping,))
    module = load(emit(tested).text, "keras_train")
    state, history = module.train(data())
    assert [record["epoch"] for record in history] == [1, 2]
    assert state.step == 8
    assert set(history[0]) == {
        "epoch",
        "step",
        "seconds",
        "learning_rate",
        "loss",
        "accuracy",
        "val_loss",
        "val_accuracy",
    }
    assert history[1]["learning_rate"] == pytest.approx(0.05 * 0.5 ** (7 / 4))
    best = [module.evaluate_step(state, b)["loss"] for b in data().validation() or ()]
    assert best == [pytest.approx(history[0]["val_loss"])]


def test_a_program_stands_on_its_own(tmp_path: Path) -> None:
    """It runs where specc cannot be imported, and gives the same weights as here."""
    text = emit(classifier("adam")).text
    file = tmp_path / "program.py"
    file.write_text(text, encoding="utf-8")
    batches = data()
    np.savez(
        tmp_path / "data.npz",
        **batches.training,
        **{f"val_{name}": array for name, array in (batches.held_out or {}).items()},
    )
    blocked = (
        "import sys, runpy\n"
        "for name in ('specc', 'specc_keras'):\n"
        "    sys.modules[name] = None\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", blocked, "program.py", "data.npz"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "val_accuracy" in done.stdout
    found = load_file(tmp_path / "weights.safetensors")
    module = load(text, "keras_alone")
    state, _ = module.train(
        ArrayBatches(batches.training, batches.held_out, 32, 7, True)
    )
    for path, array in module.export_weights(state).items():
        assert found[path] == pytest.approx(array, rel=1e-4, abs=1e-5)
