"""Programs of which some backend refuses a part, one for each reason that there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from specc.catalog.callbacks import Callback
from specc.catalog.layers.dense import Dense
from specc.catalog.layers.dropout import Dropout
from specc.catalog.layers.merge import Add
from specc.catalog.layers.normalization import BatchNormalization
from specc.catalog.layers.pooling import GlobalAveragePooling2D
from specc.catalog.losses import MeanSquaredError
from specc.catalog.sources import Npz
from specc.check.graph import Step, build_network
from specc.ir import Binding, Data, Network, Program, Stream
from specc.verify.samples.drafts import train, with_phase

__all__ = ["REFUSED"]


def trained(network: Network) -> Program:
    """The network, made to fit numbers."""
    return train(network, {"y": MeanSquaredError()})


def stack() -> Program:
    """Two dense layers."""
    steps = [
        Step("dense_1", Dense(units=4), ("x",)),
        Step("dense_2", Dense(units=1), ("dense_1",)),
    ]
    return trained(
        build_network("Net", {"x": ((3,), "float32")}, steps, {"y": "dense_2"})
    )


def with_weights(**changes: Any) -> Program:
    """The stack, with something else said of the weights of its first layer."""
    program = stack()
    first, *rest = program.network.layers
    weights = tuple(weight.model_copy(update=changes) for weight in first.weights)
    layers = (first.model_copy(update={"weights": weights}), *rest)
    network = program.network.model_copy(update={"layers": layers})
    return program.model_copy(update={"network": network})


def masked() -> Program:
    """An edge that carries a mask of time steps."""
    program = stack()
    edges = tuple(
        edge.model_copy(update={"mask": "x"}) if edge.name == "dense_1" else edge
        for edge in program.network.edges
    )
    network = program.network.model_copy(update={"edges": edges})
    return program.model_copy(update={"network": network})


class Nothing(Callback):
    """A callback that the loop of no emitted program calls."""

    keyword = "nothing"


def another_callback() -> Program:
    """A callback besides early stopping."""
    return with_phase(stack(), callbacks=(Nothing(),))


def mixed() -> Program:
    """Layers that compute with fewer digits than their weights have."""
    program = stack()
    assert program.training is not None
    training = program.training.model_copy(update={"compute": "bfloat16"})
    return program.model_copy(update={"training": training})


def sharded() -> Program:
    """Batches that are dealt out to two processes."""
    binding = Binding(
        name="x", role="input", columns=("x",), dtype="float32", shape=(3,)
    )
    data = Data(name="Lines", source=Npz(path="x.npz"), bindings=(binding,), shards=2)
    return stack().model_copy(update={"data": data})


def all_frozen() -> Program:
    """Nothing is left to be trained."""
    program = stack()
    return with_phase(program, frozen=tuple(w.path for w in program.network.weights()))


def weightless() -> Program:
    """A model that has no weights at all."""
    steps = [Step("pool", GlobalAveragePooling2D(), ("x",))]
    inputs = {"x": ((3, 4, 1), "float32")}
    return trained(build_network("Net", inputs, steps, {"y": "pool"}))


def idle() -> Program:
    """A layer that no output depends on."""
    steps = [
        Step("dense_1", Dense(units=1), ("x",)),
        Step("dense_2", Dense(units=2), ("x",)),
    ]
    return trained(
        build_network("Net", {"x": ((3,), "float32")}, steps, {"y": "dense_1"})
    )


def statistics_of_two() -> Program:
    """A normalization called on two inputs that do not depend on one another."""
    program = trained(
        build_network(
            "Net",
            {"a": ((3,), "float32"), "b": ((3,), "float32")},
            [
                Step("norm", BatchNormalization(), ("a",)),
                Step("norm_2", BatchNormalization(), ("b",)),
                Step("add", Add(), ("norm", "norm_2")),
                Step("dense_1", Dense(units=1), ("add",)),
            ],
            {"y": "dense_1"},
        )
    )
    shared = tuple(
        call.model_copy(update={"layer": "norm"}) if call.name == "norm_2" else call
        for call in program.network.calls
    )
    layers = tuple(node for node in program.network.layers if node.name != "norm_2")
    changes = {"calls": shared, "layers": layers}
    return program.model_copy(
        update={"network": program.network.model_copy(update=changes)}
    )


def two_streams() -> Program:
    """A layer that draws two masks in each step."""
    steps = [
        Step("dropout", Dropout(rate=0.5), ("x",)),
        Step("dense_1", Dense(units=1), ("dropout",)),
    ]
    program = trained(
        build_network("Net", {"x": ((3,), "float32")}, steps, {"y": "dense_1"})
    )
    node = program.network.layer("dropout")
    streams = (*node.streams, Stream(path="dropout/other"))
    changed = node.model_copy(update={"streams": streams})
    layers = tuple(
        changed if one.name == "dropout" else one for one in program.network.layers
    )
    network = program.network.model_copy(update={"layers": layers})
    return program.model_copy(update={"network": network})


REFUSED: dict[str, Callable[[], Program]] = {
    "mask": masked,
    "another callback": another_callback,
    "mixed precision": mixed,
    "shards": sharded,
    "all frozen": all_frozen,
    "no weights": weightless,
    "decay of one weight": lambda: with_weights(decay=False),
    "rate of one weight": lambda: with_weights(rate=0.5),
    "idle layer": idle,
    "two streams": two_streams,
    "statistics of two inputs": statistics_of_two,
}
