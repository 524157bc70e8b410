"""Optimizers: how the update rule of each is written, and gradient clipping."""

from __future__ import annotations

from specc.catalog.families import Optimizer
from specc.catalog.optimizers.adam import Adam, Nadam
from specc.catalog.optimizers.rmsprop import RMSprop
from specc.catalog.optimizers.sgd import SGD
from specc.emit.source import Call, Expression, call, literal

from .plan import TABLE

__all__ = ["clip_call"]


@TABLE.rule(SGD, emulated=SGD.formula)
def sgd(optimizer: SGD) -> Expression:
    """Write gradient descent."""
    return call(
        "SGD",
        momentum=literal(optimizer.momentum),
        nesterov=literal(optimizer.nesterov),
    )


@TABLE.rule(RMSprop, emulated=RMSprop.formula)
def rmsprop(optimizer: RMSprop) -> Expression:
    """Write RMSprop."""
    return call(
        "RMSprop",
        rho=literal(optimizer.rho),
        momentum=literal(optimizer.momentum),
        epsilon=literal(optimizer.epsilon),
        centered=literal(optimizer.centered),
    )


@TABLE.rule(Adam, emulated=Adam.formula)
def adam(optimizer: Adam) -> Expression:
    """Write Adam."""
    return call(
        "Adam",
        beta_1=literal(optimizer.beta_1),
        beta_2=literal(optimizer.beta_2),
        epsilon=literal(optimizer.epsilon),
        amsgrad=literal(optimizer.amsgrad),
        epsilon_place=literal(optimizer.epsilon_place),
    )


@TABLE.rule(Nadam, emulated=Nadam.formula)
def nadam(optimizer: Nadam) -> Expression:
    """Write Nadam."""
    return call(
        "Nadam",
        beta_1=literal(optimizer.beta_1),
        beta_2=literal(optimizer.beta_2),
        epsilon=literal(optimizer.epsilon),
    )


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
