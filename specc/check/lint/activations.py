"""Which activations meet: after a layer, before it, and on the way from an input.

Each table is made in one pass over the calls, which are in an order of execution.
"""

from __future__ import annotations

from ...catalog.layers.activation import Activation as ActivationLayer
from ...catalog.layers.normalization import BatchNormalization
from ...ir import Call
from .subject import Subject, made_once

__all__ = ["applied_activations", "leading_to_selu", "source_activations"]


@made_once
def applied_activations(subject: Subject) -> dict[str, str | None]:
    """For each call the keyword of the activation its result meets; ``linear`` for none.

    None where a normalization comes first, which undoes the scale, or where the result
    meets several different ones.
    """
    outputs = set(subject.network.ends.values())
    after: dict[str, str | None] = {}
    for call in reversed(subject.network.calls):
        found = {_met(subject, user, after) for user in subject.users[call.name]}
        if call.name in outputs:
            found.add("linear")
        after[call.name] = found.pop() if len(found) == 1 else None
    applied: dict[str, str | None] = {}
    for call, layer in subject.placed:
        own = layer.gives()
        acts = own is not None and own.keyword != "linear"
        applied[call.name] = own.keyword if own and acts else after[call.name]
    return applied


def _met(subject: Subject, user: Call, after: dict[str, str | None]) -> str | None:
    """What a result meets in a call that takes it."""
    layer = subject.layer_of(user)
    if isinstance(layer, BatchNormalization):
        return None
    if isinstance(layer, ActivationLayer):
        return layer.activation.keyword
    return "linear" if layer.gives() is not None else after[user.name]


@made_once
def source_activations(subject: Subject) -> dict[str, str | None]:
    """For each edge the keyword of the activation that its values come from.

    Looks back through layers that have none of their own; None where there is none up
    to the inputs.
    """
    found: dict[str, str | None] = {item.name: None for item in subject.network.inputs}
    for call, layer in subject.placed:
        own = layer.gives()
        before = (found[name] for name in call.inputs)
        known = (keyword for keyword in before if keyword is not None)
        found[call.name] = own.keyword if own is not None else next(known, None)
    return found


@made_once
def leading_to_selu(subject: Subject) -> set[str]:
    """The edges that lead to SELU units without a BatchNormalization on the way."""
    leading: set[str] = set()
    for call in reversed(subject.network.calls):
        layer = subject.layer_of(call)
        own = layer.gives()
        selu = own is not None and own.keyword == "selu"
        normalizes = isinstance(layer, BatchNormalization)
        if selu or (call.name in leading and not normalizes):
            leading.update(call.inputs)
    return leading
