"""Lints of what comes last in a model."""

from __future__ import annotations

from collections.abc import Iterator

from .subject import Finding, Subject

__all__ = ["dropout_on_output", "softmax_one_unit"]


def softmax_one_unit(subject: Subject) -> Iterator[Finding]:
    """Softmax over one unit is 1, whatever its input."""
    for call, layer in subject.placed:
        activation = layer.gives()
        if activation is None or activation.keyword != "softmax":
            continue
        if subject.network.edge(call.name).shape[-1:] == (1,):
            yield Finding(
                "softmax-one-unit",
                f"softmax over the one unit of {call.layer} is always 1",
                call.layer,
                "activation",
                "activation = sigmoid, or as many units as classes",
                value="sigmoid",
            )


def dropout_on_output(subject: Subject) -> Iterator[Finding]:
    """Dropping entries of an output drops what the loss compares."""
    for output in subject.network.outputs:
        call = subject.calls.get(output.edge)
        if call is None:
            continue
        layer = subject.layer_of(call)
        if layer.streams():
            message = f"{call.layer} drops entries of the output {output.name} itself"
            yield Finding("dropout-on-output", message, call.layer)
