"""Early stopping on scripted figures, batches of arrays, the loop, schedules."""

from __future__ import annotations

import math
import time
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small_programs import layer, make, program

from specc.emit.shared import training_section
from specc.runtime.batches import ArrayBatches
from specc.runtime.loop import Hooks, Means, NotFiniteError, check_finite, evaluate
from specc.runtime.schedules import exponential_decay, piecewise_constant
from specc.runtime.stopping import EarlyStopping

NAN = math.nan


def stopping(**changes: Any) -> EarlyStopping:
    settings: dict[str, Any] = {
        "monitor": "val_loss",
        "patience": 2,
        "min_delta": 0.0,
        "larger_is_better": False,
        "baseline": None,
        "start_from_epoch": 0,
        "restore_best": False,
    }
    return EarlyStopping(**settings | changes)


def stopped_at(it: EarlyStopping, figures: list[float]) -> int | None:
    """The first epoch, from 0, at which it says to stop; its weights are the epochs."""
    for epoch, figure in enumerate(figures):
        if it.update(epoch, {it.monitor: figure}, lambda epoch=epoch: epoch):
            return epoch
    return None


FALLING_THEN_FLAT = [5.0, 4.0, 3.0, 3.0, 3.0, 3.0, 2.0]


@pytest.mark.parametrize(("patience", "epoch"), [(0, 3), (1, 3), (2, 4), (3, 5)])
def test_patience(patience: int, epoch: int) -> None:
    assert stopped_at(stopping(patience=patience), FALLING_THEN_FLAT) == epoch


def test_an_improvement_resets_the_wait() -> None:
    figures = [5.0, 6.0, 4.0, 6.0, 3.0, 6.0, 2.0]
    assert stopped_at(stopping(patience=2), figures) is None


@pytest.mark.parametrize("patience", [0, 1])
def test_it_never_stops_at_the_first_epoch(patience: int) -> None:
    assert stopped_at(stopping(patience=patience), [NAN]) is None
    assert stopped_at(stopping(patience=patience), [NAN, NAN]) == 1


def test_a_nan_is_worse_than_any_figure() -> None:
    it = stopping(patience=2, restore_best=True)
    assert stopped_at(it, [NAN, 9.0, 8.0, NAN, 7.0, NAN, NAN]) == 6
    assert (it.best, it.best_epoch, it.best_weights) == (7.0, 4, 4)


def test_an_improvement_must_exceed_min_delta() -> None:
    figures = [5.0, 4.75, 4.75]
    assert stopped_at(stopping(min_delta=0.25), figures) == 2
    assert stopped_at(stopping(min_delta=0.2), figures) is None


def test_larger_is_better() -> None:
    it = stopping(larger_is_better=True, monitor="val_accuracy", restore_best=True)
    assert stopped_at(it, [0.5, 0.7, 0.6, 0.65]) == 3
    assert (it.best, it.best_weights) == (0.7, 1)


def test_only_figures_better_than_the_baseline_reset_the_wait() -> None:
    assert stopped_at(stopping(baseline=1.0, patience=3), [5.0, 4.0, 3.0, 3.5]) == 3
    it = stopping(baseline=3.5, patience=3)
    assert stopped_at(it, [5.0, 4.0, 3.0, 3.5, 3.6, 3.7]) == 5


def test_epochs_before_the_first_watched_one_do_not_count() -> None:
    it = stopping(start_from_epoch=3, patience=1, restore_best=True)
    assert stopped_at(it, [1.0, 2.0, 3.0, 9.0, 8.0, 8.5]) == 5
    assert (it.best, it.best_epoch, it.best_weights) == (8.0, 4, 4)


def test_the_best_weights_are_kept_without_stopping_too() -> None:
    it = stopping(patience=9, restore_best=True)
    assert stopped_at(it, [5.0, 3.0, 4.0]) is None
    assert it.best_weights == 1
    plain = stopping(patience=9)
    assert stopped_at(plain, [5.0, 3.0, 4.0]) is None
    assert plain.best_weights is None


def test_weights_are_kept_when_no_figure_is_a_number() -> None:
    it = stopping(patience=9, restore_best=True)
    assert stopped_at(it, [NAN, NAN]) is None
    assert it.best is None
    assert it.best_weights == 0


# Batches -------------------------------------------------------------------------


def arrays(count: int) -> dict[str, np.ndarray]:
    return {"x": np.arange(2 * count).reshape(count, 2), "y": np.arange(count) * 10}


def test_batches_cover_every_row_once_and_keep_fields_together() -> None:
    batches = ArrayBatches(arrays(10), None, batch_size=4, seed=3, shuffle=True)
    assert (batches.examples, batches.steps_per_epoch) == (10, 3)
    orders = []
    for number in range(3):
        given = list(batches.epoch(number))
        assert [len(batch["ids"]) for batch in given] == [4, 4, 2]
        for batch in given:
            assert np.array_equal(batch["x"][:, 0], 2 * batch["ids"])
            assert np.array_equal(batch["y"], 10 * batch["ids"])
        orders.append([int(row) for batch in given for row in batch["ids"]])
        assert sorted(orders[-1]) == list(range(10))
    assert orders[0] != orders[1] != orders[2]
    again = [int(row) for batch in batches.epoch(1) for row in batch["ids"]]
    assert again == orders[1]
    other = ArrayBatches(arrays(10), None, batch_size=4, seed=4, shuffle=True)
    assert [int(row) for batch in other.epoch(0) for row in batch["ids"]] != orders[0]


def test_batches_in_the_given_order() -> None:
    batches = ArrayBatches(arrays(5), None, batch_size=5, seed=3, shuffle=False)
    assert batches.steps_per_epoch == 1
    (batch,) = batches.epoch(7)
    assert batch["ids"].tolist() == [0, 1, 2, 3, 4]
    assert batches.validation() is None


def test_validation_is_never_shuffled() -> None:
    batches = ArrayBatches(arrays(4), arrays(7), batch_size=3, seed=3, shuffle=True)
    for _ in range(2):
        held_out = batches.validation()
        assert held_out is not None
        given = [batch["ids"].tolist() for batch in held_out]
        assert given == [[0, 1, 2], [3, 4, 5], [6]]


# The loop ------------------------------------------------------------------------


LIBRARY = {
    "Hooks": Hooks,
    "Means": Means,
    "check_finite": check_finite,
    "evaluate": evaluate,
    "math": math,
    "partial": partial,
    "time": time,
}


def early_stopping(restore_best: bool) -> Any:
    return make(
        "callback",
        "early_stopping",
        monitor="loss",
        patience={"value": 1.0, "unit": "epochs"},
        restore_best=restore_best,
    )


class Run:
    """A training whose loss is the next number of a script."""

    def __init__(self, losses: list[float], it: EarlyStopping | None = None) -> None:
        self.losses = losses
        self.extra = 0.0
        self.figures: list[float] | None = None
        self.norms: list[float] | None = None
        self.calls: list[str] = []
        self.state = SimpleNamespace(
            step=0, epoch=0, steps_per_epoch=2, stopping=it, weights=0
        )

    def train_step(self, state: Any, batch: Any, step: int) -> Any:
        assert step == state.step
        self.calls.append(f"train {step}")
        state.weights = step + 1
        logs = {"loss": self.losses[step]}
        if self.norms is not None:
            logs["gradient_norm"] = self.norms[step]
        return state, logs

    def evaluate_step(self, state: Any, batch: Any) -> dict[str, float]:
        self.calls.append(f"evaluate after {state.step}")
        if self.figures is not None:
            return {"loss": 1.0, "mae": self.figures[state.epoch]}
        return {"loss": float(len(batch["ids"]))}

    def go(self, epochs: int, held_out: bool = True, stop_on_nan: bool = True) -> Any:
        validation = arrays(5) if held_out else None
        batches = ArrayBatches(arrays(3), validation, 2, seed=0, shuffle=False)

        def put(state: Any, weights: Any) -> None:
            state.weights = int(weights["w"][0])

        names = {
            "EPOCHS": epochs,
            "train_step": self.train_step,
            "evaluate_step": self.evaluate_step,
            "learning_rate": lambda step, steps: 0.1 / (1 + step) * steps,
            "export_weights": lambda state: {
                "w": np.array([state.weights, self.extra])
            },
            "import_weights": put,
        }
        module: dict[str, Any] = names | LIBRARY
        exec(self.text(stop_on_nan), module)
        return module["train"](batches, self.state, self)

    def text(self, stop_on_nan: bool) -> str:
        """The loop of a program with the settings of this run."""
        it = self.state.stopping
        callbacks = [] if it is None else [early_stopping(it.restore_best)]
        on_nan = "stop" if stop_on_nan else "continue"
        steps = [("y", layer("Dense", units=1), "x")]
        clips = {"clipnorm": 1.0} if self.norms else {}
        tested = program(
            {"x": (2,)},
            steps,
            optimizer=make("optimizer", "sgd", learning_rate=0.1, **clips),
            callbacks=tuple(callbacks),
            on_nan=on_nan,
        )
        return f"from __future__ import annotations\n{training_section(tested).text}"

    def on_step(self, state: Any, rows: int, logs: dict[str, float]) -> None:
        self.calls.append(f"step {state.step} of {rows}")

    def on_epoch(self, state: Any, logs: dict[str, float]) -> None:
        self.calls.append(f"epoch {state.epoch}")


def test_epochs_in_order_with_means_weighted_by_rows() -> None:
    run = Run([6.0, 3.0, 2.0, 8.0])
    state, history = run.go(epochs=2)
    one = ["train 0", "step 1 of 2", "train 1", "step 2 of 1"]
    two = ["train 2", "step 3 of 2", "train 3", "step 4 of 1"]
    assert run.calls == [
        *one,
        *["evaluate after 2"] * 3,
        "epoch 1",
        *two,
        *["evaluate after 4"] * 3,
        "epoch 2",
    ]
    assert (state.epoch, state.step) == (2, 4)
    first, second = history
    assert (first["epoch"], first["step"]) == (1, 2)
    assert first["loss"] == pytest.approx((2 * 6 + 3) / 3)
    assert second["loss"] == pytest.approx((2 * 2 + 8) / 3)
    assert first["val_loss"] == pytest.approx((2 * 2 + 2 * 2 + 1) / 5)
    assert first["learning_rate"] == pytest.approx(0.1 / 2 * 2)
    assert first["seconds"] >= 0


def test_a_loop_goes_on_from_where_it_was() -> None:
    run = Run([1.0] * 6)
    run.go(epochs=1)
    state, history = run.go(epochs=3, held_out=False)
    assert [record["epoch"] for record in history] == [2, 3]
    assert "val_loss" not in history[0]
    assert state.step == 6
    assert run.go(epochs=3)[1] == []


def test_a_loop_stops_and_restores_the_best_weights() -> None:
    it = stopping(monitor="loss", patience=1, restore_best=True)
    state, history = Run([5.0, 5.0, 4.0, 4.0, 6.0, 6.0, 1.0, 1.0], it).go(epochs=4)
    assert len(history) == 3
    assert state.weights == 4


def test_best_weights_are_restored_without_stopping_too() -> None:
    it = stopping(monitor="loss", patience=9, restore_best=True)
    state, history = Run([5.0, 5.0, 1.0, 1.0, 6.0, 6.0], it).go(epochs=3)
    assert len(history) == 3
    assert state.weights == 4


@pytest.mark.parametrize("loss", [NAN, math.inf])
def test_a_loss_that_is_no_number_stops_the_run_where_asked(loss: float) -> None:
    with pytest.raises(NotFiniteError) as caught:
        Run([1.0, loss]).go(epochs=1)
    assert caught.value.step == 1
    assert caught.value.batch["ids"].tolist() == [2]
    state, history = Run([1.0, loss]).go(epochs=1, stop_on_nan=False)
    assert state.epoch == 1
    assert not math.isfinite(history[0]["loss"])


@pytest.mark.parametrize("norm", [NAN, math.inf])
def test_a_norm_that_is_no_number_stops_the_run_where_asked(norm: float) -> None:
    run = Run([1.0, 1.0])
    run.norms = [2.0, norm]
    with pytest.raises(NotFiniteError, match="gradient_norm is") as caught:
        run.go(epochs=1)
    assert caught.value.step == 1
    run = Run([1.0, 1.0])
    run.norms = [2.0, norm]
    _, history = run.go(epochs=1, stop_on_nan=False)
    assert "gradient_norm" not in history[0], "it is no figure for users"


@pytest.mark.parametrize("figure", [NAN, -math.inf])
def test_a_figure_of_the_validation_that_is_no_number_stops_the_run(
    figure: float,
) -> None:
    run = Run([1.0] * 4)
    run.figures = [1.0, figure]
    with pytest.raises(NotFiniteError, match="val_mae is") as caught:
        run.go(epochs=2)
    assert (caught.value.step, caught.value.batch) == (4, None)
    assert "epoch 2" not in run.calls, "what is kept of an epoch is not spoilt"
    run = Run([1.0] * 4)
    run.figures = [1.0, figure]
    _, history = run.go(epochs=2, stop_on_nan=False)
    assert len(history) == 2


@pytest.mark.parametrize("extra", [NAN, -math.inf])
def test_weights_that_are_no_numbers_at_the_end_stop_the_run(extra: float) -> None:
    run = Run([1.0] * 4)
    run.extra = extra
    with pytest.raises(NotFiniteError, match="w is") as caught:
        run.go(epochs=2)
    assert (caught.value.step, caught.value.name) == (4, "w")
    assert "epoch 1" in run.calls
    assert "epoch 2" not in run.calls
    run = Run([1.0] * 4)
    run.extra = extra
    run.go(epochs=2, stop_on_nan=False)


def test_means_and_evaluate() -> None:
    means = Means()
    means.add(3, {"loss": 1.0})
    means.add(1, {"loss": 5.0})
    assert means.result() == {"loss": 2.0}
    batches = [{"ids": np.arange(3)}, {"ids": np.arange(1)}]
    figures = evaluate(None, batches, lambda _, batch: {"n": float(len(batch["ids"]))})
    assert figures == {"n": 2.5}


def test_hooks_do_nothing_unless_overridden() -> None:
    hooks = Hooks()
    hooks.on_step(None, 1, {})
    hooks.on_epoch(None, {})


# Schedules -----------------------------------------------------------------------


def test_exponential_decay() -> None:
    def rate(step: int, staircase: bool) -> float:
        return exponential_decay(
            step, initial=0.5, rate=0.1, every=20, staircase=staircase
        )

    smooth = [rate(step, False) for step in (0, 10, 20, 50)]
    assert smooth == pytest.approx([0.5, 0.5 * 0.1**0.5, 0.05, 0.5 * 0.1**2.5])
    stairs = [rate(step, True) for step in (0, 19, 20, 59)]
    assert stairs == pytest.approx([0.5, 0.5, 0.05, 0.005])


def test_a_rate_beyond_all_numbers_is_infinite() -> None:
    def rate(initial: float) -> float:
        return exponential_decay(400, initial, 10.0, 1.0, False)

    assert rate(1e-6) == math.inf
    assert rate(0.0) == 0.0
    assert exponential_decay(400, 1.0, 0.1, 1.0, False) == 0.0


def test_piecewise_constant_changes_at_its_ends() -> None:
    rates = [
        piecewise_constant(step, values=(3.0, 2.0, 1.0), ends=(5, 7))
        for step in range(9)
    ]
    assert rates == [3.0] * 5 + [2.0] * 2 + [1.0] * 2
