"""From a plan to Python source: NumPy classes, a network of them, and its training step."""

from __future__ import annotations

from collections.abc import Iterator

from specc.backend import Emission
from specc.emit.pieces import Known, select
from specc.emit.shared import (
    GUARD,
    Section,
    constants_section,
    docstring,
    initial_weights_section,
    learning_rate_section,
    main_section,
    plateau_section,
    stopping_section,
    training_section,
)
from specc.emit.source import module
from specc.ir import Program

from .model import build_model_section, lines_of_nodes
from .plan import TABLE, Plan
from .step import state_section, step_sections
from .tasks import task_sections

__all__ = ["TITLE", "emit"]

TITLE = "NumPy (float64)"


def emit(plan: Plan) -> Emission:
    """Write the program; `plan` must have no obstacles."""
    program = _in_float64(plan.program)
    sections = list(_sections(plan, program))
    wanted = sorted({name for section in sections for name in section.pieces})
    known = Known()
    for section in sections:
        known |= section.known
    chosen = select(TABLE.packages, wanted, known)
    imports = {item for section in sections for item in section.imports}
    text = module(
        docstring(program, TITLE, TABLE),
        imports | chosen.imports,
        [
            constants_section(program),
            *(piece.text for piece in chosen.pieces),
            *(section.text for section in sections),
            *([GUARD] if program.training is not None else []),
        ],
    )
    return Emission(
        text=text,
        nodes={node.name: node.name for node in program.network.calls},
        lines=lines_of_nodes(text, plan),
    )


def _in_float64(program: Program) -> Program:
    """The program with the only precision that this backend has."""
    if program.training is None:
        return program
    training = program.training.model_copy(update={"precision": "float64"})
    return program.model_copy(update={"training": training})


def _sections(plan: Plan, program: Program) -> Iterator[Section]:
    yield initial_weights_section(program.network, TABLE)
    yield build_model_section(plan)
    training = program.training
    if training is None:
        return
    yield from task_sections(plan, training)
    plateau = plateau_section(program, TABLE)
    if plateau is not None:
        yield plateau
    stopping = stopping_section(program, TABLE)
    if stopping is not None:
        yield stopping
    yield state_section(program)
    yield learning_rate_section(training, TABLE)
    yield from step_sections(plan, training)
    yield training_section(program)
    yield main_section(program)
