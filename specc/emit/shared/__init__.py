"""The parts of an emitted program that every backend writes alike.

Initial weights, schedules and the loop over epochs are plain Python and NumPy, so their
lowerings stand here once; a backend includes `SHARED` in its table.
"""

# Importing the modules with lowerings fills the table.
from .head import docstring
from .initial_weights import initial_weights_section
from .loop import training_section
from .main import main_section
from .phases import (
    at_phase,
    by_phase,
    known_of,
    several,
    slots_constant,
)
from .plateau import (
    enter_plateau,
    lowers,
    plateau_field,
    plateau_of,
    plateau_section,
    rate_of_update,
)
from .program import GUARD, heading, whole_program
from .reuse import reused_argument, reused_parameter
from .schedules import learning_rate_section
from .section import Section, fill, naming
from .settings import constants_section
from .state import (
    COUNTERS_OF_PHASE,
    begin_phase_text,
    export_state_text,
    import_state_text,
    init_state_text,
)
from .stopping import stopping_field, stopping_of, stopping_section
from .table import SHARED

__all__ = [
    "COUNTERS_OF_PHASE",
    "GUARD",
    "SHARED",
    "Section",
    "at_phase",
    "begin_phase_text",
    "by_phase",
    "constants_section",
    "docstring",
    "enter_plateau",
    "export_state_text",
    "fill",
    "heading",
    "import_state_text",
    "init_state_text",
    "initial_weights_section",
    "known_of",
    "learning_rate_section",
    "lowers",
    "main_section",
    "naming",
    "plateau_field",
    "plateau_of",
    "plateau_section",
    "rate_of_update",
    "reused_argument",
    "reused_parameter",
    "several",
    "slots_constant",
    "stopping_field",
    "stopping_of",
    "stopping_section",
    "training_section",
    "whole_program",
]
