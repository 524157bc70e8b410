"""Optimizers: the Keras optimizer of each, its slots, and gradient clipping.

A rule takes the optimizer and gives an `Update`.
"""

from __future__ import annotations

from specc.catalog.families import Optimizer
from specc.catalog.optimizers.adam import Adam, Nadam
from specc.catalog.optimizers.rmsprop import RMSprop
from specc.catalog.optimizers.sgd import SGD
from specc.emit.pieces import Known
from specc.emit.source import Call, call, literal

from .plan import TABLE
from .site import Update

__all__ = ["clip_call", "update_of"]

_RATE = "learning_rate(0, steps_per_epoch)"


@TABLE.rule(SGD, exact="keras.optimizers.SGD")
def sgd(optimizer: SGD) -> Update:
    """Write gradient descent."""
    create = call(
        "keras.optimizers.SGD",
        learning_rate=_RATE,
        momentum=f"np.float64({optimizer.momentum!r})",
        nesterov=literal(optimizer.nesterov),
    )
    slots = {"velocity": "_momentum"} if optimizer.momentum else {}
    return Update(create, slots)


@TABLE.rule(RMSprop, exact="keras.optimizers.RMSprop")
def rmsprop(optimizer: RMSprop) -> Update:
    """Write RMSprop."""
    create = call(
        "keras.optimizers.RMSprop",
        learning_rate=_RATE,
        rho=literal(optimizer.rho),
        momentum=literal(optimizer.momentum),
        epsilon=literal(optimizer.epsilon),
        centered=literal(optimizer.centered),
    )
    names = {
        "mean_square": "_velocity",
        "momentum": "_momentum",
        "mean_gradient": "_average_gradient",
    }
    return Update(create, {slot: names[slot] for slot in optimizer.slots()})


@TABLE.rule(
    Adam,
    emulated="keras.optimizers.Adam with the bias correction of each step in float64",
)
def adam(optimizer: Adam) -> Update:
    """Write Adam."""
    corrected = optimizer.epsilon_place == "corrected"
    create = call(
        "CorrectedAdam" if corrected else "Adam",
        learning_rate=_RATE,
        beta_1=literal(optimizer.beta_1),
        beta_2=literal(optimizer.beta_2),
        epsilon=literal(optimizer.epsilon),
        amsgrad=literal(optimizer.amsgrad),
    )
    slots = {"momentum": "_momentum", "velocity": "_velocity"}
    if optimizer.amsgrad:
        slots["velocity_max"] = "_velocity_hat"
    known = Known({"self.amsgrad": optimizer.amsgrad})
    return Update(create, slots, scalars=2, known=known)


@TABLE.rule(
    Nadam, emulated="the rule of keras.optimizers.Nadam with its scalars in float64"
)
def nadam(optimizer: Nadam) -> Update:
    """Write Nadam."""
    create = call(
        "Nadam",
        learning_rate=_RATE,
        beta_1=literal(optimizer.beta_1),
        beta_2=literal(optimizer.beta_2),
        epsilon=literal(optimizer.epsilon),
    )
    slots = {"momentum": "_momentum", "velocity": "_velocity"}
    return Update(create, slots, scalars=4)


def update_of(optimizer: Optimizer) -> Update:
    """How an optimizer is written."""
    return TABLE.lowering(optimizer).write(optimizer)


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
