"""Whole models, over many steps and in both precisions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sides import compare

from specc.catalog.layers.dense import Dense
from specc.catalog.layers.normalization import BatchNormalization
from specc.catalog.losses import MeanSquaredError
from specc.catalog.optimizers import Adam
from specc.ir import Program
from specc.verify import WorkerPool, render
from specc.verify.samples import MODELS, batches_for
from specc.verify.samples.drafts import Draft, train

pytestmark = pytest.mark.xdist_group("equivalence")

STEPS = {
    "mlp": 200,
    "convnet": 60,
    "selu_net": 120,
    "wide_and_deep": 120,
    "transfer": 30,
    "reused": 60,
    "phases": 30,
}


@pytest.mark.parametrize("name", MODELS)
def test_models_train_alike(pool: WorkerPool, name: str) -> None:
    verdict = compare(pool, MODELS[name](), STEPS[name])
    assert verdict.equal, render(verdict)
    assert {check.precision for check in verdict.checks} == {"float64", "float32"}
    assert verdict.steps >= STEPS[name]
    json.dumps(verdict.to_json(), allow_nan=False)


def drifting(**settings: Any) -> Program:
    """A bias right before a normalization: its gradient is zero but for rounding."""
    draft = Draft({"x": (6,)})
    edge = draft.add(Dense(units=8), "x")
    edge = draft.add(BatchNormalization(momentum=0.9), edge)
    edge = draft.add(Dense(units=2), edge)
    adam = Adam.model_validate(settings)
    network = draft.network({"y": edge})
    return train(network, {"y": MeanSquaredError()}, optimizer=adam, epochs=20)


def test_a_bias_without_gradient_is_found(pool: WorkerPool) -> None:
    verdict = compare(pool, drifting(learning_rate=0.01), 60)
    assert verdict.equal, render(verdict)


def test_a_bias_that_drifts_is_compared_by_what_the_model_computes(
    pool: WorkerPool,
) -> None:
    """With a tiny epsilon Adam turns rounding noise into steps of the learning rate."""
    verdict = compare(pool, drifting(learning_rate=0.001, epsilon=1e-16), 60)
    assert verdict.equal, render(verdict)
    assert any("dense_1/bias" in note for note in verdict.notes), render(verdict)


def test_the_short_last_batch_is_among_the_steps(pool: WorkerPool) -> None:
    program = MODELS["wide_and_deep"]()
    verdict = compare(pool, program, 6, precisions=("float64",))
    assert verdict.equal
    sizes = [len(batch["ids"]) for batch in batches_for(program).epoch(0)]
    assert sizes == [8, 8, 3]
