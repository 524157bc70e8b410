"""The smallest program in which a construct does what it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...catalog.activations.linear import Linear
from ...catalog.activations.squashing import Softmax, Tanh
from ...catalog.callbacks import Callback
from ...catalog.construct import Construct
from ...catalog.families import (
    Activation,
    Constraint,
    Initializer,
    Loss,
    Metric,
    Optimizer,
    Regularizer,
    Schedule,
    Wrapper,
)
from ...catalog.layers import Layer
from ...catalog.layers.activation import Activation as ActivationLayer
from ...catalog.layers.conv import Conv2D
from ...catalog.layers.dense import Dense
from ...catalog.layers.merge import Concatenate
from ...catalog.layers.shape import Flatten
from ...catalog.losses import MeanSquaredError
from ...catalog.losses.crossentropy import CategoricalCrossentropy
from ...catalog.metrics import Accuracy, MeanAbsoluteError
from ...catalog.optimizers import SGD
from ...catalog.registry import catalog
from ...catalog.types import Shape
from ...check.graph import Misfit
from ...ir import Program
from .bases import base, members
from .drafts import SHAPES, Draft, batches_for, train

__all__ = [
    "at_every_step",
    "batches_for",
    "branch",
    "fitting_shape",
    "head",
    "in_shapes",
    "join",
    "program_for",
    "with_open_size",
]


def program_for(construct: Construct, shape: str | None = None) -> Program:
    """A small program that uses one construct.

    Args:
        construct: a member of any family that a model or a training has.
        shape: a key of `SHAPES`, for layers; None takes the first that fits.

    Raises:
        LookupError: no program is known for its family.
    """
    if isinstance(construct, Loss):
        return loss_program(construct)
    if isinstance(construct, Metric):
        return metric_program(construct)
    if isinstance(construct, Optimizer):
        return _plain(optimizer=construct)
    if isinstance(construct, Schedule):
        return _plain(
            optimizer=SGD.model_validate({"learning_rate": construct, "momentum": 0.9})
        )
    if isinstance(construct, Callback):
        return _plain(callbacks=(construct,), epochs=6)
    if isinstance(construct, Wrapper):
        return at_every_step((Dense(units=4, activation=Tanh()),), SHAPES["flat"])
    layer = in_layer(construct)
    draft = Draft({"x": SHAPES[shape or fitting_shape(layer)]})
    return join(draft, [branch(draft, layer)])


def at_every_step(layers: Iterable[Layer], shape: Shape) -> Program:
    """Each layer in a branch of its own, at every one of as many steps as come."""
    draft = Draft({"x": ("time", *shape)})
    edges: list[str] = []
    for layer in layers:
        count = 2 if layer.takes == "many" else 1
        inputs = [lead(draft, "x") for _ in range(count)]
        edge = draft.add(layer, *inputs, over_time=1)
        edge = draft.add(Flatten(), edge, over_time=1)
        edges.append(draft.add(Dense(units=2, activation=Tanh()), edge))
    return join(draft, edges)


def with_open_size(layers: Iterable[Layer], shape: Shape) -> Program:
    """Each layer in a branch of its own; one size of the shape is a name.

    What keeps that size ends in an output of its own.
    """
    draft = Draft({"x": shape})
    ends: dict[str, str] = {}
    closed: list[str] = []
    for number, layer in enumerate(layers):
        count = 2 if layer.takes == "many" else 1
        edge = draft.add(layer, *(lead(draft, "x") for _ in range(count)))
        if any(isinstance(size, str) for size in draft.shape(edge)):
            ends[f"y{number}"] = draft.add(Dense(units=2), edge)
        else:
            closed.append(head(draft, edge))
    if closed:
        edge = closed[0] if len(closed) == 1 else draft.add(Concatenate(), *closed)
        ends["y"] = draft.add(Dense(units=2), edge)
    return train(draft.network(ends), {name: MeanSquaredError() for name in ends})


def in_shapes(*constructs: Construct) -> Iterator[tuple[Program, ...]]:
    """Some constructs, each in the same small program, in one such program after another.

    The usual one comes first, layers in every shape that fits all; then one that asks for
    little else, for backends that know few constructs.
    """
    try:
        layers = [in_layer(construct) for construct in constructs]
    except LookupError:
        yield tuple(program_for(construct) for construct in constructs)
        if isinstance(constructs[0], Optimizer | Schedule | Callback):
            yield tuple(_simplest(construct) for construct in constructs)
        return
    if isinstance(constructs[0], Activation):
        arguments = [
            Dense.model_validate({"units": 3, "activation": c}) for c in constructs
        ]
        choices = [
            *((name, layers) for name in ("image", "sequence")),
            ("flat", arguments),
        ]
    else:
        choices = [(name, layers) for name in ("image", "sequence", "flat")]
    for name, some in choices:
        try:
            found = tuple(program_for(layer, name) for layer in some)
        except Misfit:
            continue
        yield found


def _simplest(construct: Construct) -> Program:
    """Regression by plain descent, with an optimizer, a rate or a callback."""
    draft = Draft({"x": SHAPES["flat"]})
    hidden = draft.add(Dense(units=6, activation=Tanh()), "x")
    network = draft.network({"y": draft.add(Dense(units=2), hidden)})
    rate = construct if isinstance(construct, Schedule) else 0.05
    optimizer = SGD.model_validate({"learning_rate": rate})
    callbacks = (construct,) if isinstance(construct, Callback) else ()
    return train(
        network,
        {"y": MeanSquaredError()},
        optimizer=construct if isinstance(construct, Optimizer) else optimizer,
        callbacks=callbacks,
        epochs=6 if callbacks else 4,
    )


def in_layer(construct: Construct) -> Layer:
    """A layer that uses the construct: itself, or one that takes it as an argument."""
    if isinstance(construct, Layer):
        return construct
    if isinstance(construct, Activation):
        return ActivationLayer(activation=construct)
    if isinstance(construct, Initializer):
        return Dense(units=3, kernel_initializer=construct)
    if isinstance(construct, Regularizer):
        return Dense(units=4, kernel_regularizer=construct)
    if isinstance(construct, Constraint):
        return Dense(units=4, kernel_constraint=construct)
    raise LookupError(f"no program for the family {construct.family}")


def fitting_shape(*layers: Layer) -> str:
    """The first shape that all of some layers accept."""
    for name in ("image", "sequence", "flat"):
        try:
            for layer in layers:
                draft = Draft({"x": SHAPES[name]})
                branch(draft, layer)
        except Misfit:
            continue
        return name
    raise LookupError(f"no shape fits {layers[0].keyword}")


def branch(draft: Draft, layer: Layer, edge: str = "x") -> str:
    """A weighted layer, the layer, and a head: its gradients reach weights before it."""
    inputs = [lead(draft, edge)]
    if layer.takes == "many":
        inputs.append(lead(draft, edge))
    return head(draft, draft.add(layer, *inputs))


def lead(draft: Draft, edge: str) -> str:
    """A layer with weights that keeps the shape."""
    units = draft.shape(edge)[-1]
    assert isinstance(units, int)
    return draft.add(Dense(units=units, activation=Tanh()), edge)


def head(draft: Draft, edge: str, units: int = 2) -> str:
    """A dense layer on the flattened edge."""
    if len(draft.shape(edge)) > 1:
        edge = draft.add(Flatten(), edge)
    return draft.add(Dense(units=units, activation=Tanh()), edge)


def join(draft: Draft, edges: list[str], epochs: int = 4) -> Program:
    """One output of all branches, trained by mean squared error."""
    edge = edges[0] if len(edges) == 1 else draft.add(Concatenate(), *edges)
    last = draft.add(Dense(units=2), edge)
    network = draft.network({"y": last})
    losses = {"y": MeanSquaredError()}
    return train(network, losses, {"y": (MeanAbsoluteError(),)}, epochs=epochs)


def _plain(
    optimizer: Optimizer | None = None,
    callbacks: tuple[Callback, ...] = (),
    epochs: int = 4,
) -> Program:
    """Two dense layers, for what does not concern the model."""
    draft = Draft({"x": SHAPES["flat"]})
    hidden = draft.add(Dense(units=6, activation=Tanh()), "x")
    last = draft.add(Dense(units=3, activation=Softmax()), hidden)
    return train(
        draft.network({"y": last}),
        {"y": CategoricalCrossentropy()},
        {"y": (Accuracy(),)},
        optimizer=optimizer,
        callbacks=callbacks,
        epochs=epochs,
    )


def ending(loss: Loss) -> Activation:
    """The activation that an output with that loss ends in."""
    if loss.fuses is None or loss.takes_logits():
        return Linear()
    found = base(catalog().find("activation", loss.fuses))
    assert isinstance(found, Activation)
    return found


def loss_program(loss: Loss, metrics: tuple[Metric, ...] = ()) -> Program:
    """Two outputs, one with the loss, so that its weight counts."""
    draft = Draft({"x": SHAPES["flat"]})
    hidden = draft.add(Dense(units=6, activation=Tanh()), "x")
    one = draft.add(Dense(units=3, activation=ending(loss)), hidden)
    two = draft.add(Dense(units=2), hidden)
    losses: dict[str, Loss] = {"one": loss, "two": MeanSquaredError()}
    network = draft.network({"one": one, "two": two})
    return train(network, losses, {"one": metrics})


def metric_program(metric: Metric) -> Program:
    """One output whose loss suits the metric."""
    draft = Draft({"x": SHAPES["flat"]})
    hidden = draft.add(Dense(units=6, activation=Tanh()), "x")
    losses = (loss for loss in members("loss") if isinstance(loss, Loss))
    loss = next(loss for loss in losses if metric.refuses(loss) is None)
    last = draft.add(Dense(units=3, activation=ending(loss)), hidden)
    return train(draft.network({"y": last}), {"y": loss}, {"y": (metric,)})


def conv(**fields: Construct) -> Conv2D:
    """A convolution with some constructs among its arguments."""
    return Conv2D.model_validate({"filters": 4, "kernel_size": (3, 2), **fields})
