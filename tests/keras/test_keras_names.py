"""Names and lines of programs of the Keras backend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from keras_programs import assert_near, emit, outputs, run
from small_programs import batch_of, layer, make, objective, program

TANH = make("activation", "tanh")


AWKWARD = [
    "model",
    "keras",
    "layers",
    "Dropout",
    "L2",
    "np",
    "tf",
    "list",
    "float",
    "print",
    "build_model",
    "initial_weights",
    "_hidden",
    "__doc__",
    "class_",
    "State",
]


def test_names_that_collide() -> None:
    """Whatever a layer is called, its weights are found under that name."""
    steps = []
    previous = "lambda"
    for name in [*AWKWARD, "import", "None", "train", "input"]:
        penalty = make("regularizer", "l2")
        dense = layer("Dense", units=3, activation=TANH, kernel_regularizer=penalty)
        steps += [(name, dense, previous)]
        previous = name
    steps += [("logits_", layer("Dropout", rate=0.2), previous)]
    steps += [("out_activation", layer("Dense", units=3), "logits_")]
    softmax = make("activation", "softmax")
    steps += [("out", layer("Dense", units=3, activation=softmax), "out_activation")]
    loss = make("loss", "sparse_categorical_crossentropy")
    tested = program(
        {"lambda": (3,)},
        steps,
        outputs={"yield": "out"},
        objectives=[objective("yield", loss, logits=True)],
    )
    running = run(tested)
    batch = batch_of(tested)
    x = batch["lambda"]
    weights = running.module.export_weights(running.state)
    found = outputs(running, batch)
    for name, _, _ in steps[:-3]:
        x = np.tanh(x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"])
        assert_near(found[name], x, 1e-13)
    assert_near(found["out"].sum(axis=-1), np.ones(5), 1e-13)
    running.module.train_step(running.state, batch, 0)


@pytest.mark.parametrize("length", [30, 44, 52, 64])
def test_long_names_and_many_inputs_are_laid_out(length: int) -> None:
    def named(stem: str) -> str:
        return f"{stem}_".ljust(length, "a")

    softmax = make("activation", "softmax")
    norm = make("constraint", "max_norm", max_value=0.25)
    dense = layer("Dense", units=2, activation=softmax, kernel_constraint=norm)
    names = [named(f"d{i}") for i in range(7)]
    steps: list[Any] = [(name, dense, named("x")) for name in names]
    steps += [(named("drop"), layer("Dropout", rate=0.5), names[0])]
    steps += [(named("bn"), layer("BatchNormalization", axis=1), named("drop"))]
    steps += [(named("pad"), layer("Flatten"), named("bn"))]
    steps += [(named("join"), layer("Concatenate"), (*names, named("pad")))]
    edges = [*names, named("join")]
    loss = make("loss", "categorical_crossentropy", label_smoothing=0.1, weight=0.7)
    metrics = (make("metric", "mae"),)
    emit(
        program(
            {named("x"): (3,)},
            steps,
            outputs={named(f"o{i}"): edge for i, edge in enumerate(edges)},
            objectives=[
                objective(named(f"o{i}"), loss, logits=True, metrics=metrics)
                for i in range(7)
            ],
        ),
        long_lines=length > 30,
    )
