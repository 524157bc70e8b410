"""Lints of recurrent nets."""

from __future__ import annotations

from collections.abc import Iterator

from ...ir import Phase
from .subject import Finding, Subject

__all__ = ["recurrent_without_clipping"]

#: How many layers are named; of others it is said how many there are.
_NAMED = 3


def recurrent_without_clipping(subject: Subject) -> Iterator[Finding]:
    """Gradients through many steps may become very large; a bound keeps steps small."""
    if subject.training is None:
        return
    seen: list[object] = []
    for phase in subject.training.phases:
        layers = _trained(subject, phase)
        if not layers or phase.optimizer.clipping() is not None:
            continue
        owner = phase.owner("optimizer")
        origin = subject.origins.find(owner)
        if origin is not None and origin.span is not None:
            if origin.span in seen:
                continue  # phases that share one optimizer
            seen.append(origin.span)
        yield Finding(
            "recurrent-without-clipping",
            f"{phase.optimizer.keyword} trains recurrent layers ({_listed(layers)})"
            " without a bound on their gradients",
            owner,
            "clipnorm",
            "clipnorm = 1.0",
            value="1.0",
        )


def _trained(subject: Subject, phase: Phase) -> list[str]:
    """The recurrent layers through whose steps a phase sends gradients to some weight."""
    network = subject.network
    learning = {
        node.name
        for node in network.layers
        if any(w.trainable and w.path not in phase.frozen for w in node.weights)
    }
    behind: set[str] = set()  # what is computed from a weight that learns
    found: dict[str, None] = {}
    for call in network.calls:
        if call.layer not in learning and not behind.intersection(call.inputs):
            continue
        behind.add(call.name)
        layer = network.layer(call.layer).layer
        steps = network.edge(call.inputs[0]).shape[call.over_time :][:1]
        if layer.recurrent and steps != (1,):
            found[call.layer] = None
    return list(found)


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
