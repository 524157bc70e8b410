"""Whole models in small: what people train, with everything switched on at once."""

from __future__ import annotations

from collections.abc import Callable

from ...catalog.activations.rectifiers import Elu, LeakyRelu, Relu, Selu
from ...catalog.activations.squashing import Sigmoid, Softmax, Tanh
from ...catalog.callbacks import EarlyStopping
from ...catalog.constraints import MaxNorm
from ...catalog.initializers.scaled import HeNormal, LecunNormal
from ...catalog.layers.activation import Activation as ActivationLayer
from ...catalog.layers.conv import Conv2D
from ...catalog.layers.dense import Dense
from ...catalog.layers.dropout import AlphaDropout, Dropout
from ...catalog.layers.merge import Add, Concatenate
from ...catalog.layers.normalization import BatchNormalization
from ...catalog.layers.pooling import GlobalAveragePooling2D, MaxPooling2D
from ...catalog.layers.shape import Flatten
from ...catalog.losses import MeanSquaredError
from ...catalog.losses.crossentropy import (
    BinaryCrossentropy,
    SparseCategoricalCrossentropy,
)
from ...catalog.metrics import Accuracy, MeanAbsoluteError
from ...catalog.optimizers import SGD, Adam, Nadam, RMSprop
from ...catalog.regularizers.norms import L1L2, L2
from ...catalog.schedules.exponential_decay import ExponentialDecay
from ...catalog.types import Duration
from ...ir import Program
from .drafts import Draft, reusing, train, with_phase, with_phases

__all__ = ["MODELS"]


def mlp() -> Program:
    """Normalization, dropout, penalties, constraints, momentum, a falling rate, clipping."""
    draft = Draft({"image": (7, 6)})
    edge = draft.add(Flatten(), "image")
    edge = draft.add(BatchNormalization(), edge)
    for units in (20, 12):
        edge = draft.add(
            Dense(
                units=units,
                activation=Elu(),
                kernel_initializer=HeNormal(),
                kernel_regularizer=L2(factor=0.01),
                kernel_constraint=MaxNorm(max_value=1.0),
            ),
            edge,
        )
        edge = draft.add(Dropout(rate=0.2), edge)
    edge = draft.add(Dense(units=5, activation=Softmax()), edge)
    decay = ExponentialDecay(
        initial=0.05, rate=0.1, every=Duration(value=20, unit="epochs")
    )
    return train(
        draft.network({"label": edge}, "Mlp"),
        {"label": SparseCategoricalCrossentropy()},
        {"label": (Accuracy(),)},
        optimizer=SGD(learning_rate=decay, momentum=0.9, nesterov=True, clipnorm=1.0),
        epochs=70,
    )


def convnet() -> Program:
    """A residual convolutional net whose convolutions have biases before normalization."""
    draft = Draft({"image": (8, 7, 3)})
    edge = draft.add(
        Conv2D(filters=4, kernel_size=(3, 3), padding="same", strides=(2, 1)), "image"
    )
    edge = draft.add(BatchNormalization(momentum=0.9), edge)
    trunk = draft.add(ActivationLayer(activation=Relu()), edge)
    edge = draft.add(Conv2D(filters=4, kernel_size=(3, 3), padding="same"), trunk)
    edge = draft.add(BatchNormalization(momentum=0.9), edge)
    edge = draft.add(Add(), trunk, edge)
    edge = draft.add(ActivationLayer(activation=LeakyRelu()), edge)
    edge = draft.add(MaxPooling2D(pool_size=(2, 2), padding="same"), edge)
    edge = draft.add(Dropout(rate=0.3), edge)
    edge = draft.add(GlobalAveragePooling2D(), edge)
    edge = draft.add(Dense(units=4, activation=Softmax()), edge)
    return train(
        draft.network({"label": edge}, "ConvNet"),
        {"label": SparseCategoricalCrossentropy()},
        {"label": (Accuracy(),)},
        optimizer=Adam.model_validate({"learning_rate": 0.003, "amsgrad": True}),
        epochs=20,
    )


def selu_net() -> Program:
    """A self-normalizing net with its own dropout, and one probability."""
    draft = Draft({"features": (9,)})
    edge = "features"
    for units in (12, 8):
        edge = draft.add(
            Dense(units=units, activation=Selu(), kernel_initializer=LecunNormal()),
            edge,
        )
        edge = draft.add(AlphaDropout(rate=0.1), edge)
    edge = draft.add(Dense(units=1, activation=Sigmoid()), edge)
    return train(
        draft.network({"label": edge}, "SeluNet"),
        {"label": BinaryCrossentropy(label_smoothing=0.1)},
        {"label": (Accuracy(),)},
        optimizer=Nadam.model_validate({"learning_rate": 0.01, "global_clipnorm": 0.5}),
        epochs=40,
        sample_weight="weight",
    )


def wide_and_deep() -> Program:
    """Two inputs, two outputs, weighted losses, both penalties."""
    draft = Draft({"wide": (4,), "deep": (6,)})
    penalty = L1L2(l1=0.001, l2=0.01)
    edge = draft.add(
        Dense(units=10, activation=Tanh(), kernel_regularizer=penalty), "deep"
    )
    edge = draft.add(Dense(units=8, activation=Relu(), bias_regularizer=penalty), edge)
    both = draft.add(Concatenate(), "wide", edge)
    price = draft.add(Dense(units=1), both)
    aux = draft.add(Dense(units=1), edge)
    return train(
        draft.network({"price": price, "aux": aux}, "WideAndDeep"),
        {"price": MeanSquaredError(weight=0.9), "aux": MeanSquaredError(weight=0.1)},
        {"price": (MeanAbsoluteError(),)},
        optimizer=RMSprop.model_validate(
            {"learning_rate": 0.003, "momentum": 0.5, "centered": True}
        ),
        epochs=40,
        sample_weight="weight",
    )


def transfer() -> Program:
    """Frozen lower layers: no penalty, running statistics, and updates above them alone."""
    draft = Draft({"features": (6,)})
    edge = draft.add(Dense(units=8, kernel_regularizer=L2(factor=0.1)), "features")
    edge = draft.add(BatchNormalization(), edge)
    edge = draft.add(Dense(units=6, activation=Relu()), edge)
    edge = draft.add(BatchNormalization(), edge)
    edge = draft.add(Dense(units=1), edge)
    program = train(
        draft.network({"price": edge}, "Transfer"),
        {"price": MeanSquaredError()},
        optimizer=Adam.model_validate({"learning_rate": 0.01}),
        epochs=10,
    )
    below = ("dense_1", "batch_normalization_1")
    paths = (weight.path for weight in program.network.weights())
    frozen = (*(path for path in paths if path.split("/")[0] in below), "dense_2/bias")
    return with_phase(program, frozen=frozen)


def reused() -> Program:
    """A part of a trained model: square kernels, running statistics, a new output."""
    draft = Draft({"x": (6,)})
    edge = draft.add(Dense(units=6, activation=Tanh()), "x", name="body/h1")
    edge = draft.add(BatchNormalization(), edge, name="body/norm")
    edge = draft.add(Dense(units=6, activation=Tanh()), edge, name="body/h2")
    edge = draft.add(Dense(units=2), edge)
    network = reusing(draft.network({"y": edge}, "Reusing"), "body")
    return train(network, {"y": MeanSquaredError()}, epochs=20)


def phases() -> Program:
    """Three phases: above frozen layers, of all layers, and slowly of all layers."""
    draft = Draft({"features": (6,)})
    bound = {"kernel_regularizer": L2(factor=0.1), "kernel_constraint": MaxNorm()}
    edge = draft.add(Dense.model_validate({"units": 8, **bound}), "features")
    edge = draft.add(BatchNormalization(), edge)
    edge = draft.add(Dense(units=6, activation=Tanh()), edge)
    edge = draft.add(Dropout(rate=0.3), edge)
    edge = draft.add(Dense.model_validate({"units": 3, **bound}), edge)
    decay = {"initial": 0.01, "rate": 0.5, "every": {"value": 5, "unit": "steps"}}
    adam = {"global_clipnorm": 0.5, "learning_rate": ExponentialDecay(**decay)}  # pyright: ignore[reportArgumentType]
    program = train(
        draft.network({"price": edge}, "Phases"),
        {"price": MeanSquaredError()},
        optimizer=SGD.model_validate({"learning_rate": 0.02, "momentum": 0.9}),
        callbacks=(_patience(1, restore_best=True),),
    )
    assert program.training is not None, "it was made to be trained"
    (first,) = program.training.phases
    below = ("dense_1/kernel", "dense_1/bias", "batch_normalization_1/gamma")
    frozen = (*below, "batch_normalization_1/beta", "dense_2/bias")
    others = {"optimizer": Adam.model_validate(adam), "callbacks": ()}
    return with_phases(
        program,
        first.model_copy(update={"name": "head", "frozen": frozen}),
        first.model_copy(update={"name": "whole", "epochs": 3, **others}),
        first.model_copy(
            update={"name": "slowly", **others, "callbacks": (_patience(2),)}
        ),
    )


def _patience(epochs: int, *, restore_best: bool = False) -> EarlyStopping:
    patience = Duration(value=epochs, unit="epochs")
    return EarlyStopping(patience=patience, restore_best=restore_best)


MODELS: dict[str, Callable[[], Program]] = {
    "mlp": mlp,
    "convnet": convnet,
    "selu_net": selu_net,
    "wide_and_deep": wide_and_deep,
    "transfer": transfer,
    "reused": reused,
    "phases": phases,
}
