"""From a plan to Python source: a functional Keras model and its training step."""

from __future__ import annotations

from collections.abc import Iterator

from specc.backend import Emission
from specc.emit.pieces import Import, select
from specc.emit.shared import (
    Section,
    constants_section,
    docstring,
    initial_weights_section,
    learning_rate_section,
    main_section,
    stopping_section,
    training_section,
)
from specc.emit.source import module

from .model import lines_of_nodes, model_sections
from .plan import TABLE, Plan
from .state import model_state_section, starting_sections, state_section
from .step import model_only_sections, step_sections
from .tasks import field_sections, figures_section, heads_section, mask_section

__all__ = ["TITLE", "emit"]

TITLE = "Keras 3 on TensorFlow"

#: Functions that programs offer without using them themselves.
_WEIGHTS = frozenset({"export_weights", "import_weights"})
_STATE = frozenset({"export_state", "import_state"})


def emit(plan: Plan) -> Emission:
    """Write the program; `plan` must have no obstacles."""
    model = model_sections(plan)
    rest = list(_sections(plan))
    wanted = {name for part in (*model, *rest) for name in part.pieces}
    wanted |= _WEIGHTS if plan.program.training is None else _WEIGHTS | _STATE
    chosen = select(TABLE.packages, sorted(wanted))
    constants, specs = field_sections(plan)
    text = module(
        docstring(plan.program, TITLE, TABLE),
        _imports([*model, *rest, constants, specs]) | chosen.imports,
        [
            constants_section(plan.program) + "\n" + constants.text,
            *(part.text for part in model),
            *(piece.text for piece in chosen.pieces),
            specs.text,
            *(part.text for part in rest),
        ],
    )
    return Emission(
        text=text,
        nodes={node.name: node.place for node in plan.nodes},
        lines=lines_of_nodes(text, plan),
    )


def _imports(sections: list[Section]) -> frozenset[Import]:
    return frozenset(item for part in sections for item in part.imports)


def _sections(plan: Plan) -> Iterator[Section]:
    """What follows the model and the runtime pieces."""
    program = plan.program
    yield initial_weights_section(program.network, TABLE)
    yield heads_section(plan)
    training = program.training
    if training is None:
        yield model_state_section()
        yield from model_only_sections()
        return
    masks = mask_section(plan)
    if masks is not None:
        yield masks
    yield figures_section(plan, training)
    stopping = stopping_section(program)
    if stopping is not None:
        yield stopping
    yield state_section(program)
    yield learning_rate_section(training, TABLE)
    yield from starting_sections(training)
    yield from step_sections(plan, training)
    yield training_section(program)
    yield main_section(program)
