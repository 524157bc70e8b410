"""Random programs over the whole catalogue, each put to the full proof.

Programs follow from the types of fields and the shape rules that constructs declare, so
that a new construct takes part without new code. ``python -m specc.verify.sweep`` runs it.
"""

from .coverage import Coverage
from .judge import Judge, NotASpec, checked
from .programs import drifting, random_program, random_programs
from .report import Sweep
from .run import keep_regression, sweep
from .shrinking import shrink, symptom

__all__ = [
    "Coverage",
    "Judge",
    "NotASpec",
    "Sweep",
    "checked",
    "drifting",
    "keep_regression",
    "random_program",
    "random_programs",
    "shrink",
    "sweep",
    "symptom",
]
