"""Lints of what happens to inputs."""

from __future__ import annotations

from collections.abc import Iterator

from ...catalog.layers.normalization import BatchNormalization
from ...catalog.layers.rescaling import Rescaling
from ...catalog.sources.builtin import BuiltinSource, DataField
from ...ir import Program
from .activations import leading_to_selu
from .subject import Finding, Subject, scaling

__all__ = ["standardized_twice", "unscaled_inputs"]

#: Inputs of this magnitude saturate units and make a usual learning rate too large.
_LARGE = 10


def standardized_twice(subject: Subject) -> Iterator[Finding]:
    """The first layer does what the data block has done."""
    standardized = subject.standardized()
    for item in subject.network.inputs:
        for user in subject.users[item.name] if item.name in standardized else ():
            if isinstance(subject.layer_of(user), BatchNormalization):
                yield Finding(
                    "standardized-twice",
                    f"{user.layer} normalizes {item.name}, which is standardized already",
                    user.layer,
                )


def unscaled_inputs(subject: Subject) -> Iterator[Finding]:
    """Weights meet the numbers of a data set as they are, far from mean 0 and variance 1."""
    data = subject.data
    if data is None or not isinstance(data.source, BuiltinSource):
        return
    fields = {field.name: field for field in data.source.data_fields}
    program = Program(network=subject.network, data=data)
    # Other lints speak of the inputs of SELU layers and of reused parts.
    reused = tuple(f"{part.name}/" for part in subject.network.reused)
    selu = leading_to_selu(subject)
    for binding in data.bindings:
        held = [fields[name] for name in binding.columns if name in fields]
        largest = max((field.largest or 0 for field in held), default=0)
        if binding.role != "input" or largest <= _LARGE or binding.name in selu:
            continue
        layer = _learner(binding.name, subject)
        if layer is None or layer.startswith(reused):
            continue
        if not scaling(program, binding.name):
            yield Finding(
                "unscaled-inputs",
                f"{layer} learns from {binding.name} as it is, with numbers up to"
                f" {largest:g}",
                "data",
                suggestion=f"{_scaling(binding.name, held[0])} in the data block",
            )


def _learner(name: str, subject: Subject) -> str | None:
    """The first layer with weights that takes an input's numbers, unless one scales them."""
    todo, seen = [name], {name}
    while todo:
        for call in subject.users[todo.pop()]:
            if isinstance(subject.layer_of(call), BatchNormalization | Rescaling):
                continue
            if subject.network.layer(call.layer).weights:
                return call.layer
            if call.name not in seen:
                seen.add(call.name)
                todo.append(call.name)
    return None


def _scaling(name: str, field: DataField) -> str:
    """The transform for a field: images to [0, 1], measures to mean 0 and variance 1."""
    if len(field.shape) > 1:
        return f"rescale({name}, scale = 1 / {field.largest:g})"
    return f"standardize({name})"
