"""The programs that faults are planted in."""

from __future__ import annotations

from collections.abc import Callable

from ...catalog.activations.squashing import Tanh
from ...catalog.callbacks import EarlyStopping, ReduceOnPlateau
from ...catalog.layers.conv import Conv2D
from ...catalog.layers.dense import Dense
from ...catalog.layers.dropout import Dropout
from ...catalog.layers.normalization import BatchNormalization
from ...catalog.layers.recurrent import SimpleRNN
from ...catalog.layers.shape import Flatten
from ...catalog.losses import MeanSquaredError
from ...catalog.metrics import MeanAbsoluteError
from ...catalog.optimizers import SGD
from ...catalog.registry import catalog
from ...catalog.types import Duration
from ...ir import Program
from ..samples import MODELS, base, program_for
from ..samples.drafts import Draft, train, with_phase

__all__ = ["PROGRAMS"]


def flatten() -> Program:
    """An image that is flattened: the order of its entries matters."""
    draft = Draft({"image": (6, 5, 4)})
    edge = draft.add(Conv2D(filters=3, kernel_size=(3, 2)), "image")
    edge = draft.add(Flatten(), edge)
    edge = draft.add(Dense(units=2), edge)
    return train(
        draft.network({"y": edge}),
        {"y": MeanSquaredError()},
        {"y": (MeanAbsoluteError(),)},
    )


def stopping() -> Program:
    """A training that stops early and goes back to its best weights."""
    rule = EarlyStopping(
        patience=Duration(value=2, unit="epochs"), min_delta=0.01, restore_best=True
    )
    return program_for(rule)


def plateau() -> Program:
    """A rate that falls with each epoch that brings no progress, down to a bound."""
    rule = ReduceOnPlateau(
        monitor="loss",
        patience=Duration(value=1, unit="epochs"),
        min_delta=0.5,
        factor=0.3,
        min_learning_rate=0.004,
    )
    sgd = SGD.model_validate({"learning_rate": 0.05, "momentum": 0.9})
    return with_phase(program_for(rule), optimizer=sgd)


def clipped() -> Program:
    """Plain descent along gradients whose entries are clipped."""
    sgd = SGD.model_validate({"learning_rate": 0.1, "clipvalue": 0.01})
    return program_for(sgd)


def piecewise() -> Program:
    """A rate that changes at given times."""
    return program_for(base(catalog().find("schedule", "piecewise_constant")))


def reshape() -> Program:
    """An image that is reshaped to a sequence."""
    return program_for(base(catalog().find("layer", "Reshape")))


def film() -> Program:
    """Images at every one of as many steps as come: windows, statistics and masks."""
    draft = Draft({"frames": ("time", 4, 5, 2)})
    edge = draft.add(
        Conv2D(filters=3, kernel_size=(3, 2), padding="same", activation=Tanh()),
        "frames",
        over_time=1,
    )
    edge = draft.add(BatchNormalization(momentum=0.9), edge, over_time=1)
    edge = draft.add(Dropout(rate=0.3), edge, over_time=1)
    edge = draft.add(Flatten(), edge, over_time=1)
    edge = draft.add(Dense(units=2), edge)
    return train(
        draft.network({"y": edge}),
        {"y": MeanSquaredError()},
        {"y": (MeanAbsoluteError(),)},
    )


def series() -> Program:
    """Two recurrent layers, the second on all states of the first."""
    draft = Draft({"prices": ("time", 4)})
    edge = draft.add(SimpleRNN(units=4, return_sequences=True), "prices")
    edge = draft.add(SimpleRNN(units=3, go_backwards=True), edge)
    edge = draft.add(Dense(units=2), edge)
    return train(draft.network({"y": edge}), {"y": MeanSquaredError()})


PROGRAMS: dict[str, Callable[[], Program]] = {
    **MODELS,
    "flatten": flatten,
    "stopping": stopping,
    "plateau": plateau,
    "clipped": clipped,
    "piecewise": piecewise,
    "reshape": reshape,
    "film": film,
    "series": series,
}
