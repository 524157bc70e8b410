"""The parts of an emitted program that every backend writes alike.

Initial weights, schedules and the loop over epochs are plain Python and NumPy, so their
lowerings stand here once; a backend includes `SHARED` in its table.
"""

# Importing the modules with lowerings fills the table.
from .head import docstring
from .initial_weights import initial_weights_section
from .loop import stopping_field, stopping_section, training_section
from .main import main_section
from .program import GUARD, heading, whole_program
from .reuse import reused_argument, reused_parameter
from .schedules import learning_rate_section
from .section import Section, fill, naming
from .settings import constants_section, only_phase
from .table import SHARED

__all__ = [
    "GUARD",
    "SHARED",
    "Section",
    "constants_section",
    "docstring",
    "fill",
    "heading",
    "initial_weights_section",
    "learning_rate_section",
    "main_section",
    "naming",
    "only_phase",
    "reused_argument",
    "reused_parameter",
    "stopping_field",
    "stopping_section",
    "training_section",
    "whole_program",
]
