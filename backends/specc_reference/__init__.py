"""The reference backend: NumPy in float64, written from the formulas of the catalogue.

It is the judge: where two backends differ, the one that agrees with it is right.
"""

from specc.backend import Backend

from . import (
    activations,
    constraints,
    layers,
    losses,
    metrics,
    optimizers,
    regularizers,
)
from .emit import TITLE, emit
from .plan import TABLE, plan

__all__ = [
    "BACKEND",
    "activations",
    "constraints",
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "regularizers",
]

BACKEND = Backend(
    name="reference",
    title=TITLE,
    requires=("numpy",),
    extra="",
    table=TABLE,
    plan=plan,
    emit=emit,
    probe="specc_reference.probe",
)
