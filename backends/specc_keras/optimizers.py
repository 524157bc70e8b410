"""Optimizers: the Keras optimizer of each, its slots, and gradient clipping.

A rule takes the optimizer and gives the call that makes it, in `init_state`.
"""

from __future__ import annotations

from specc.catalog.families import Optimizer
from specc.catalog.optimizers.adam import Adam, Nadam
from specc.catalog.optimizers.rmsprop import RMSprop
from specc.catalog.optimizers.sgd import SGD
from specc.emit.source import Call, call, literal

from .plan import TABLE

__all__ = ["clip_call", "keras_slots", "scalar_count"]

_RATE = "learning_rate(0, steps_per_epoch)"


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


#: How the names of Keras's variables end that hold the slots.
_SLOTS: dict[type[Optimizer], dict[str, str]] = {
    SGD: {"velocity": "_momentum"},
    RMSprop: {
        "mean_square": "_velocity",
        "momentum": "_momentum",
        "mean_gradient": "_average_gradient",
    },
    Adam: {
        "momentum": "_momentum",
        "velocity": "_velocity",
        "velocity_max": "_velocity_hat",
    },
    Nadam: {"momentum": "_momentum", "velocity": "_velocity"},
}


def keras_slots(optimizer: Optimizer) -> dict[str, str]:
    """For each slot, how the names of the Keras optimizer's variables end that hold it."""
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


def clip_call(optimizer: Optimizer) -> Call | None:
    """The call that clips `gradients`, or None where nothing is clipped."""
    found = optimizer.clipping()
    if found is None:
        return None
    way, limit = found
    return call(_WAYS[way], "gradients", limit=literal(limit))
