"""Writing the whole program."""

from __future__ import annotations

from collections.abc import Iterator

from specc.backend import Emission
from specc.emit.shared import (
    Section,
    constants_section,
    docstring,
    initial_weights_section,
    learning_rate_section,
    main_section,
    plateau_section,
    stopping_section,
    training_section,
    whole_program,
)
from specc.emit.source import assign, literal

from .arrays import array_sections, table_sections
from .model import model_section
from .objectives import inputs_section, loss_section
from .plan import TABLE, Plan
from .state import build_section, init_section, state_section
from .step import mask_sections, predict_section, training_sections
from .text import section
from .updates import penalty_sections

__all__ = ["emit"]

_TITLES = {"specc_torch.runtime": "What PyTorch lacks or defines otherwise"}
_THREADS = ("torch.set_num_threads(options.threads)",)


def emit(plan: Plan) -> Emission:
    """Write the program that `plan` describes.

    Raises:
        ValueError: the plan has obstacles.
    """
    if plan.obstacles:
        first = plan.obstacles[0]
        raise ValueError(f"{first.keyword} is refused: {first.why}")
    written = model_section(plan)
    model = written.text
    text = whole_program(
        docstring(plan.program, "PyTorch", TABLE),
        [Section(_constants(plan)), section(model), *_first(plan)],
        list(_last(plan)),
        TABLE.packages,
        _TITLES,
    )
    start = text[: text.index(model)].count("\n") + 1
    return Emission(
        text,
        nodes={node.call.name: node.place for node in plan.nodes},
        lines={node: (start + a, start + b) for node, (a, b) in written.lines.items()},
        built={
            node: tuple((start + a, start + b) for a, b in spans)
            for node, spans in written.built.items()
        },
    )


def _constants(plan: Plan) -> str:
    """The settings of the spec, and the types of inputs that are not real numbers."""
    settings = constants_section(plan.program)
    types = plan.network.input_types
    if not types:
        return settings
    return "\n".join([settings, assign("INPUT_TYPES", literal(types))])


def _first(plan: Plan) -> Iterator[Section]:
    """The sections after the model that people come for, in order."""
    program = plan.program
    training = program.training
    yield section(build_section(plan))
    yield section(inputs_section(plan))
    if training is not None:
        yield section(loss_section(plan))
        yield from map(section, penalty_sections(plan))
    plateau = plateau_section(program, TABLE)
    if plateau is not None:
        yield plateau
    stopping = stopping_section(program, TABLE)
    if stopping is not None:
        yield stopping
    yield section(state_section(plan))
    if training is not None:
        yield learning_rate_section(training, TABLE)
    yield from init_section(plan)
    yield from map(section, mask_sections(plan))
    if training is not None:
        yield from map(section, training_sections(plan))
    yield section(predict_section(plan))
    if training is not None:
        yield training_section(program)
        yield main_section(program, _THREADS)


def _last(plan: Plan) -> Iterator[Section]:
    """The sections on arrays."""
    yield from map(section, table_sections(plan))
    yield initial_weights_section(plan.network, TABLE)
    yield from map(section, array_sections(plan))
