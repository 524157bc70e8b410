"""The settings of a spec as constants of the emitted module."""

from __future__ import annotations

from ...ir import Program
from ..source import assign, literal
from .phases import phase_constants, several
from .reuse import reused_sources

__all__ = ["constants_section"]


def constants_section(program: Program) -> str:
    """The settings of the spec as constants of the module."""
    training = program.training
    inputs = tuple(item.name for item in program.network.inputs)
    lines = [assign("INPUTS", literal(inputs))]
    if training is None:
        return "\n".join(
            [
                assign("SEED", "0"),
                assign("PRECISION", '"float32"'),
                *lines,
                *reused_sources(program.network),
            ]
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
                else [assign("EPOCHS", literal(training.phases[0].epochs))]
            ),
            assign("SHUFFLE", literal(training.shuffle)),
            assign("PRECISION", literal(training.precision)),
            *lines,
            *reused_sources(program.network),
        ]
    )
