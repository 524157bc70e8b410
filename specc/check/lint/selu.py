"""Lints of self-normalizing nets: what takes their property away."""

from __future__ import annotations

from collections.abc import Iterator

from ...catalog.layers.dropout import Dropout
from .activations import leading_to_selu, source_activations
from .subject import Finding, Subject

__all__ = [
    "selu_in_non_sequential_model",
    "selu_unstandardized_inputs",
    "selu_with_dropout",
]


def _selu_layers(subject: Subject) -> list[str]:
    return [
        call.layer
        for call, layer in subject.placed
        if (activation := layer.gives()) and activation.keyword == "selu"
    ]


def selu_with_dropout(subject: Subject) -> Iterator[Finding]:
    """Plain dropout changes mean and variance; alpha dropout keeps them."""
    sources = source_activations(subject)
    for call, layer in subject.placed:
        if not isinstance(layer, Dropout) or not layer.rate:
            continue
        if sources[call.inputs[0]] == "selu":
            yield Finding(
                "selu-with-dropout",
                f"{call.layer} breaks the self-normalization of the SELU units before it",
                call.layer,
                suggestion=f"AlphaDropout({layer.rate:g})",
                keyword="AlphaDropout",
            )


def selu_in_non_sequential_model(subject: Subject) -> Iterator[Finding]:
    """Skips, joined flows and states that are handed on change mean and variance."""
    layers = _selu_layers(subject)
    if not layers:
        return
    recurrent = [name for name in layers if subject.network.layer(name).layer.recurrent]
    if recurrent:
        yield Finding(
            "selu-in-non-sequential-model",
            f"{recurrent[0]} has SELU units and hands its state from step to step: they"
            " normalize themselves only in a plain stack",
            recurrent[0],
            "activation",
            "activation = tanh",
        )
        return
    joins = [call for call in subject.network.calls if len(call.inputs) > 1]
    branches = [name for name, users in subject.users.items() if len(users) > 1]
    if joins or branches:
        where = joins[0].name if joins else branches[0]
        yield Finding(
            "selu-in-non-sequential-model",
            f"{layers[0]} has SELU units, but flows part or join at {where}: they"
            " normalize themselves only in a plain stack",
            layers[0],
            "activation",
            "activation = elu, with BatchNormalization",
        )


def selu_unstandardized_inputs(subject: Subject) -> Iterator[Finding]:
    """The first SELU layer needs inputs of mean 0 and variance 1."""
    layers = _selu_layers(subject)
    if subject.data is None or not layers:
        return
    standardized = subject.standardized()
    names = [item.name for item in subject.network.inputs]
    leading = leading_to_selu(subject)
    for name in names:
        if name not in standardized and name in leading:
            yield Finding(
                "selu-unstandardized-inputs",
                f"{layers[0]} has SELU units, but {name} is not standardized",
                "data",
                suggestion=f"standardize({name})",
            )
