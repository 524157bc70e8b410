"""From a plan to Python source: a functional Keras model and its training step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from specc.backend import Emission
from specc.emit.shared import (
    Section,
    constants_section,
    docstring,
    initial_weights_section,
    learning_rate_section,
    main_section,
    plateau_section,
    several,
    stopping_section,
    training_section,
    whole_program,
)

from .model import lines_of_nodes, model_sections
from .plan import TABLE, Plan
from .state import (
    model_state_section,
    phased_state_sections,
    starting_section,
    state_section,
)
from .step import model_only_sections, penalty_sections, step_sections
from .tasks import field_sections, figures_section, heads_section, mask_section

__all__ = ["TITLE", "emit"]

TITLE = "Keras 3 on TensorFlow"
_TITLES = {"specc_keras.runtime": "What Keras lacks or computes otherwise"}
_ENVIRONMENT = """\
# Keras looks for its backend when it is imported.
os.environ["KERAS_BACKEND"] = "tensorflow\""""
_THREADS = (
    "tf.config.threading.set_intra_op_parallelism_threads(options.threads)",
    "tf.config.threading.set_inter_op_parallelism_threads(options.threads)",
)

#: Functions that programs offer without using them themselves.
_WEIGHTS = frozenset({"export_weights", "import_weights"})
_STATE = frozenset({"export_state", "import_state"})


def emit(plan: Plan) -> Emission:
    """Write the program; `plan` must have no obstacles."""
    constants, specs = field_sections(plan)
    settings = constants_section(plan.program) + "\n" + constants.text
    trains = plan.program.training is not None
    phased = several(plan.program.training)
    offered = _WEIGHTS | _STATE if trains and not phased else _WEIGHTS
    first = [
        replace(constants, text=settings, pieces=offered),
        *model_sections(plan),
        *_first(plan),
    ]
    last = [specs, initial_weights_section(plan.program.network, TABLE)]
    if phased and plan.program.training is not None:
        last += phased_state_sections(plan.program.training)
    text = whole_program(
        docstring(plan.program, TITLE, TABLE),
        first,
        last,
        TABLE.packages,
        _TITLES,
        _ENVIRONMENT,
    )
    return Emission(
        text=text,
        nodes={node.name: node.place for node in plan.nodes},
        lines=lines_of_nodes(text, plan),
    )


def _first(plan: Plan) -> Iterator[Section]:
    """The sections after the model that people come for, in order."""
    program = plan.program
    training = program.training
    yield heads_section(plan)
    if training is None:
        yield model_state_section(program.network)
        yield from model_only_sections()
        return
    yield figures_section(plan, training)
    yield from penalty_sections(plan)
    plateau = plateau_section(program, TABLE)
    if plateau is not None:
        yield plateau
    stopping = stopping_section(program, TABLE)
    if stopping is not None:
        yield stopping
    yield state_section(program)
    yield learning_rate_section(training, TABLE)
    yield starting_section(training, program.network)
    masks = mask_section(plan)
    if masks is not None:
        yield masks
    yield from step_sections(plan, training)
    yield training_section(program)
    yield main_section(program, _THREADS)
