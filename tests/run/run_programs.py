"""Programs made by hand, as the checker makes them, and jobs to train them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from specc import ir
from specc.backend import Backend, backend
from specc.catalog.callbacks import Callback, EarlyStopping, ReduceOnPlateau
from specc.catalog.layers import Layer
from specc.catalog.layers.dense import Dense
from specc.catalog.layers.dropout import Dropout
from specc.catalog.layers.normalization import BatchNormalization
from specc.catalog.losses import SparseCategoricalCrossentropy
from specc.catalog.metrics.accuracy import Accuracy
from specc.catalog.optimizers import Adam
from specc.catalog.sources.builtin import Iris
from specc.catalog.transforms import Standardize
from specc.catalog.types import Duration, Portion
from specc.check.graph import Step, build_network
from specc.data import prepare
from specc.diagnostics.model import Source, Span
from specc.run import Job

SPEC = "model Net { Dense(16) Dropout(0.2) Dense(3) }"


def place(word: str) -> Span:
    """The place of a word in the spec."""
    start = SPEC.index(word)
    end = start + len(word)
    return Span(Source("a.nnspec", SPEC), start, end, 1, start + 1, 1, end + 1)


def network(layers: list[tuple[str, Layer]]) -> ir.Network:
    """A stack of layers on Iris."""
    steps: list[Step] = []
    edge = "features"
    for name, layer in layers:
        steps.append(Step(name, layer, (edge,)))
        edge = name
    return build_network(
        "Net", {"features": ((4,), "float32")}, steps, {"species": edge}
    )


def dense(units: int, activation: str = "linear") -> Dense:
    """A dense layer with the language's defaults."""
    return Dense.model_validate({"units": units, "activation": {"kind": activation}})


def normalized() -> list[tuple[str, Layer]]:
    """A small net with noise and running statistics."""
    layers = stack()
    layers.insert(1, ("batch_normalization_1", BatchNormalization()))
    return layers


def stack() -> list[tuple[str, Layer]]:
    """A small net with noise."""
    return [
        ("dense_1", dense(16, "relu")),
        ("dropout_1", Dropout(rate=0.2)),
        ("dense_2", dense(3, "softmax")),
    ]


def stopping(patience: float = 3.0) -> EarlyStopping:
    """Early stopping on the validation loss, which restores the best weights."""
    return EarlyStopping(
        patience=Duration(value=patience, unit="epochs"), restore_best=True
    )


def lowering(patience: float = 1.0) -> ReduceOnPlateau:
    """A rate that falls where the loss does not fall by much."""
    return ReduceOnPlateau(
        monitor="loss",
        patience=Duration(value=patience, unit="epochs"),
        min_delta=0.1,
        factor=0.5,
    )


def program(
    epochs: int = 6,
    layers: list[tuple[str, Layer]] | None = None,
    callbacks: tuple[Callback, ...] = (),
    rate: float = 0.01,
    loss: Any = None,
    **training: Any,
) -> ir.Program:
    """A training of a small net on Iris."""
    bindings = (
        ir.Binding(
            name="features",
            role="input",
            columns=("features",),
            dtype="float32",
            shape=(4,),
        ),
        ir.Binding(
            name="species",
            role="target",
            columns=("label",),
            dtype="int64",
            shape=(),
            classes=3,
        ),
    )
    phase = ir.Phase(
        name="all",
        epochs=epochs,
        optimizer=Adam.model_validate({"learning_rate": rate}),
        callbacks=callbacks,
    )
    objective = ir.Objective(
        output="species",
        target="species",
        loss=loss or SparseCategoricalCrossentropy(),
        logits=loss is None,
        metrics=(Accuracy(),),
    )
    return ir.Program(
        network=network(stack() if layers is None else layers),
        data=ir.Data(
            name="Flowers",
            source=Iris(),
            test=Portion(value=20.0, unit="%"),
            validation=Portion(value=20.0, unit="%"),
            bindings=bindings,
            transforms=(Standardize(),),
        ),
        training=ir.Training(
            name="net",
            objectives=(objective,),
            phases=(phase,),
            batch_size=16,
            seed=5,
            **training,
        ),
    )


def job(made: ir.Program, name: str = "reference", base: Path = Path()) -> Job:
    """All that `train` needs for a program."""
    found: Backend = backend(name)
    origins = ir.Origins()
    for word, owner in (("Dense(16)", "dense_1"), ("Dense(3)", "dense_2")):
        origins.put(owner, "", place(word))
    origins.put("training", "", place("Net"))
    assert made.data is not None
    return Job(
        made,
        found.emit(found.plan(made)),
        found,
        prepare(made.data, base),
        origins,
        sources={"a.nnspec": SPEC, "blocks/b.nnspec": "block B() { }\n"},
        base=base,
        command=("specc", "train", "a.nnspec"),
    )
