"""State of the reference backend's programs: export, resuming, freezing, stopping."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from reference_programs import module_of
from small_programs import batch_of, layer, make, program
from test_reference_models import image_classifier, started


def test_two_epochs_are_one_and_one_resumed() -> None:
    rule = make("optimizer", "adam", learning_rate=0.01)
    steps = [
        ("norm", layer("BatchNormalization"), "x"),
        ("drop", layer("Dropout", rate=0.3), "norm"),
        ("y", layer("Dense", units=2), "drop"),
    ]
    tested = program({"x": (4,)}, steps, optimizer=rule, batch_size=4)
    module = module_of(tested)
    rows = batch_of(tested, rows=10)
    arrays = {name: rows[name] for name in ("x", "y_target")}

    def batches() -> Any:
        return module.ArrayBatches(arrays, arrays, batch_size=4, seed=7, shuffle=True)

    whole, history = module.train(batches())
    assert [record["step"] for record in history] == [3, 6]
    module.EPOCHS = 1
    half, _ = module.train(batches())
    saved = module.export_state(half)
    resumed = module.init_state(seed=7)
    module.import_state(resumed, saved)
    module.EPOCHS = 2
    resumed, _ = module.train(batches(), resumed)
    expected = module.export_state(whole)
    for path, array in module.export_state(resumed).items():
        assert np.array_equal(array, expected[path]), path
    assert expected["counter/step"].dtype == np.int64
    assert expected["counter/step"].shape == ()
    assert int(expected["counter/epoch"]) == 2


def test_exported_arrays_are_copies() -> None:
    module, state, _ = started(image_classifier())
    first = module.export_state(state)
    for array in first.values():
        assert array.flags.c_contiguous
        array += 1
    second = module.export_state(state)
    assert all(not np.array_equal(first[path], second[path]) for path in first)


@pytest.mark.parametrize("name", ["import_weights", "import_state"])
def test_arrays_that_do_not_fit_are_refused(name: str) -> None:
    rule = make("optimizer", "sgd", momentum=0.9)
    steps = [("y", layer("Dense", units=2), "x")]
    module = module_of(program({"x": (4,)}, steps, optimizer=rule))
    state = module.init_state()
    take = getattr(module, name)
    arrays = getattr(module, name.replace("import", "export"))(state)
    take(state, arrays)
    for path in arrays:
        with pytest.raises(KeyError, match="missing"):
            take(state, {key: arrays[key] for key in arrays if key != path})
        with pytest.raises(ValueError, match=path):
            take(state, {**arrays, path: np.zeros((9, 9))})
    with pytest.raises(KeyError, match="unexpected"):
        take(state, {**arrays, "y/other": np.zeros(2)})


def test_frozen_weights_stay_and_have_no_penalty() -> None:
    small = make("regularizer", "l2", factor=0.1)
    steps = [
        ("low", layer("Dense", units=3, kernel_regularizer=small), "x"),
        ("y", layer("Dense", units=2, kernel_regularizer=small), "low"),
    ]
    frozen = ("low/kernel", "low/bias")
    rule = make("optimizer", "adam")
    tested = program({"x": (4,)}, steps, optimizer=rule, frozen=frozen)
    module, state, batch = started(tested)
    before = module.export_state(state)
    assert not [
        path for path in before if path.startswith("optimizer") and "low" in path
    ]
    y = before["y/kernel"]
    assert module.penalty(state.model) == pytest.approx(0.1 * (y**2).sum(), rel=1e-14)
    found, _ = module.gradients(state, batch, 0)
    assert found.keys() == {"y/kernel", "y/bias"}
    state, _ = module.train_step(state, batch, 0)
    after = module.export_weights(state)
    assert all(np.array_equal(before[path], after[path]) for path in frozen)
    assert not np.array_equal(before["y/kernel"], after["y/kernel"])


def test_a_weight_with_a_rate_of_its_own() -> None:
    rule = make("optimizer", "sgd", learning_rate=0.1)
    tested = program({"x": (4,)}, [("y", layer("Dense", units=2), "x")], optimizer=rule)
    (node,) = tested.network.layers
    kernel, bias = node.weights
    slow = node.model_copy(
        update={"weights": (kernel.model_copy(update={"rate": 0.25}), bias)}
    )
    network = tested.network.model_copy(update={"layers": (slow,)})
    module, state, batch = started(tested.model_copy(update={"network": network}))
    before = module.export_weights(state)
    found, _ = module.gradients(state, batch, 0)
    state, _ = module.train_step(state, batch, 0)
    after = module.export_weights(state)
    for path, rate in (("y/kernel", 0.025), ("y/bias", 0.1)):
        assert after[path] == pytest.approx(
            before[path] - rate * found[path], rel=1e-12
        )


def test_early_stopping_ends_the_training_and_restores_the_best() -> None:
    stop = make(
        "callback",
        "early_stopping",
        monitor="loss",
        patience={"value": 2.0, "unit": "epochs"},
        restore_best=True,
    )
    rule = make("optimizer", "sgd", learning_rate=10.0)  # the loss can only grow
    steps = [("y", layer("Dense", units=1), "x")]
    tested = program(
        {"x": (2,)}, steps, optimizer=rule, callbacks=(stop,), epochs=9, batch_size=5
    )
    module = module_of(tested)
    rows = batch_of(tested)
    arrays = {name: rows[name] for name in ("x", "y_target")}
    seen: list[dict[str, np.ndarray]] = []

    class Watch(module.Hooks):  # type: ignore[misc, name-defined]
        def on_epoch(self, state: Any, logs: dict[str, float]) -> None:
            seen.append(module.export_weights(state))

    batches = module.ArrayBatches(arrays, None, batch_size=5, seed=7, shuffle=True)
    state, history = module.train(batches, hooks=Watch())
    losses = [record["loss"] for record in history]
    assert losses[0] < losses[1] < losses[2]
    assert len(history) == 3
    restored = module.export_weights(state)
    assert all(np.array_equal(restored[path], seen[0][path]) for path in restored)
    assert not np.array_equal(restored["y/kernel"], seen[-1]["y/kernel"])
