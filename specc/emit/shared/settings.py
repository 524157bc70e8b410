"""The settings of a spec as constants of the emitted module."""

from __future__ import annotations

from ...ir import Phase, Program, Training
from ..source import assign, literal
from .phases import phase_constants, several

__all__ = ["constants_section", "only_phase"]


def only_phase(training: Training) -> Phase:
    """The one phase of a training that has no others."""
    (phase,) = training.phases
    return phase


def constants_section(program: Program) -> str:
    """The settings of the spec as constants of the module."""
    training = program.training
    inputs = tuple(item.name for item in program.network.inputs)
    lines = [assign("INPUTS", literal(inputs))]
    if training is None:
        return "\n".join(
            [assign("SEED", "0"), assign("PRECISION", '"float32"'), *lines]
        )
    targets = tuple(dict.fromkeys(item.target for item in training.objectives))
    lines.append(assign("TARGETS", literal(targets)))
    if training.sample_weight is not None:
        lines.append(assign("SAMPLE_WEIGHT", literal(training.sample_weight)))
    return "\n".join(
        [
            assign("SEED", literal(training.seed)),
            assign("BATCH_SIZE", literal(training.batch_size)),
            *(
                phase_constants(program)
                if several(training)
                else [assign("EPOCHS", literal(only_phase(training).epochs))]
            ),
            assign("SHUFFLE", literal(training.shuffle)),
            assign("PRECISION", literal(training.precision)),
            *lines,
        ]
    )
