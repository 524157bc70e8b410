"""Layers that are called several times, on the Keras backend."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras_programs import assert_near, check_gradients, outputs, run, why_not
from small_programs import batch_of, layer, make, program

from specc.ir import Call, Edge, Network, Program
from specc.runtime.random import keep_mask

TANH = make("activation", "tanh")


def sharing(layer_name: str, tested: Any, calls: list[tuple[str, str]]) -> Program:
    """`x` and `y`, on which one layer is called, each result flattened and added."""
    steps = [
        (layer_name, tested, "x"),
        ("sum", layer("Add"), (layer_name, layer_name)),
    ]
    made = program({"x": (4,), "y": (4,)}, steps)
    network = made.network
    nodes = network.layers
    shared = Network(
        name=network.name,
        inputs=network.inputs,
        outputs=network.outputs,
        layers=nodes,
        calls=(
            *(Call(name=n, layer=layer_name, inputs=(i,)) for n, i in calls),
            Call(name="sum", layer="sum", inputs=tuple(n for n, _ in calls)),
        ),
        edges=(
            *(edge for edge in network.edges if edge.name in ("x", "y")),
            *(Edge(name=n, shape=network.edge("sum").shape) for n, _ in calls),
            network.edge("sum"),
        ),
    )
    return made.model_copy(update={"network": shared})


def test_a_shared_layer_has_one_set_of_weights() -> None:
    tested = sharing(
        "enc",
        layer("Dense", units=4, activation=make("activation", "leaky_relu")),
        [("first", "x"), ("second", "y")],
    )
    running = run(tested)
    batch = batch_of(tested)
    weights = running.module.export_weights(running.state)
    assert weights.keys() == {"enc/kernel", "enc/bias"}
    nodes = outputs(running, batch)
    for name, given in (("first", "x"), ("second", "y")):
        z = batch[given] @ weights["enc/kernel"] + weights["enc/bias"]
        assert_near(nodes[name], np.where(z > 0, z, 0.2 * z), 1e-14)
    check_gradients(running, batch)


def test_each_call_of_a_shared_dropout_has_a_mask_of_its_own() -> None:
    tested = sharing("drop", layer("Dropout", rate=0.5), [("a", "x"), ("b", "x")])
    running = run(tested)
    batch = batch_of(tested)
    nodes = outputs(running, batch, training=True, step=4)
    for number, name in enumerate("ab"):
        keep = keep_mask(7, "drop/keep", (5, 4), 0.5, 4, number)
        assert_near(nodes[name], keep * batch["x"] / 0.5, 1e-14)


def test_buffers_of_a_shared_layer_move_in_the_order_of_its_calls() -> None:
    bn = layer("BatchNormalization", momentum=0.5)
    running = run(sharing("bn", bn, [("a", "x"), ("b", "a")]))
    batch = batch_of(running.program)
    module, state = running.module, running.state
    before = module.export_weights(state)
    module.gradients(state, batch, 0)
    first = 0.5 * before["bn/moving_mean"] + 0.5 * batch["x"].mean(0)
    second = (
        0.5 * first + 0.5 * before["bn/beta"]
    )  # the mean of the first call's output
    after = module.export_weights(state)["bn/moving_mean"]
    assert_near(after, second, 1e-13)


def test_calls_whose_order_is_open_cannot_share_buffers() -> None:
    bn = layer("BatchNormalization")
    why = why_not(sharing("bn", bn, [("a", "x"), ("b", "y")]))
    assert why.startswith("bn: its calls do not follow from one another")
