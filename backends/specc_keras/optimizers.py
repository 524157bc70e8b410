"""Optimizers: the Keras optimizer of each, its slots, and gradient clipping.

A rule takes the optimizer and gives the call that makes it; `learning_rate` is there.
"""

from __future__ import annotations

from specc.catalog.families import Optimizer
from specc.catalog.optimizers import ClippedOptimizer
from specc.catalog.optimizers.adam import Adam, Nadam
from specc.catalog.optimizers.rmsprop import RMSprop
from specc.catalog.optimizers.sgd import SGD
from specc.emit.source import Call, call, literal

from .plan import TABLE

__all__ = ["clipping", "keras_slots", "scalar_count"]

_RATE = "learning_rate"


@TABLE.rule(SGD, exact="keras.optimizers.SGD")
def sgd(optimizer: SGD) -> Call:
    """Write gradient descent."""
    return call(
        "keras.optimizers.SGD",
        learning_rate=_RATE,
        momentum=f"np.float64({optimizer.momentum!r})",
        nesterov=literal(optimizer.nesterov),
    )


@TABLE.rule(RMSprop, exact="keras.optimizers.RMSprop")
def rmsprop(optimizer: RMSprop) -> Call:
    """Write RMSprop."""
    return call(
        "keras.optimizers.RMSprop",
        learning_rate=_RATE,
        rho=literal(optimizer.rho),
        momentum=literal(optimizer.momentum),
        epsilon=literal(optimizer.epsilon),
        centered=literal(optimizer.centered),
    )


@TABLE.rule(
    Adam,
    emulated="keras.optimizers.Adam with the bias correction of each step in float64",
)
def adam(optimizer: Adam) -> Call:
    """Write Adam."""
    corrected = optimizer.epsilon_place == "corrected"
    return call(
        "CorrectedAdam" if corrected else "Adam",
        learning_rate=_RATE,
        beta_1=literal(optimizer.beta_1),
        beta_2=literal(optimizer.beta_2),
        epsilon=literal(optimizer.epsilon),
        amsgrad=literal(optimizer.amsgrad),
    )


@TABLE.rule(
    Nadam, emulated="the rule of keras.optimizers.Nadam with its scalars in float64"
)
def nadam(optimizer: Nadam) -> Call:
    """Write Nadam."""
    return call(
        "Nadam",
        learning_rate=_RATE,
        beta_1=literal(optimizer.beta_1),
        beta_2=literal(optimizer.beta_2),
        epsilon=literal(optimizer.epsilon),
    )


#: Where Keras's optimizers keep the slots.
_SLOTS: dict[type[Optimizer], dict[str, str]] = {
    SGD: {"velocity": "momentums"},
    RMSprop: {
        "mean_square": "_velocities",
        "momentum": "_momentums",
        "mean_gradient": "_average_gradients",
    },
    Adam: {
        "momentum": "_momentums",
        "velocity": "_velocities",
        "velocity_max": "_velocity_hats",
    },
    Nadam: {"momentum": "_momentums", "velocity": "_velocities"},
}


def keras_slots(optimizer: Optimizer) -> dict[str, str]:
    """The attribute of the Keras optimizer that holds each slot."""
    return {slot: _SLOTS[type(optimizer)][slot] for slot in optimizer.slots()}


def scalar_count(optimizer: Optimizer) -> int:
    """How many scalars the rule takes for each step; 0: only the learning rate."""
    if isinstance(optimizer, Adam):
        return 2
    return 4 if isinstance(optimizer, Nadam) else 0


_WAYS = {
    "clipvalue": "clip_by_value",
    "clipnorm": "clip_by_norm",
    "global_clipnorm": "clip_by_global_norm",
}


def clipping(optimizer: Optimizer) -> Call | None:
    """The call that clips `gradients`, or None where nothing is clipped."""
    assert isinstance(optimizer, ClippedOptimizer), "all optimizers can clip"
    for field, function in _WAYS.items():
        limit = getattr(optimizer, field)
        if limit is not None:
            return call(function, "gradients", limit=literal(limit))
    return None
