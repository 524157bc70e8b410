"""The PyTorch backend. Importing it does not import PyTorch."""

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
from .emit import emit
from .plan import TABLE, plan

__all__ = ["BACKEND"]

# Importing these modules fills the table.
_FAMILIES = (
    activations,
    constraints,
    layers,
    losses,
    metrics,
    optimizers,
    regularizers,
)

BACKEND = Backend(
    name="torch",
    title="PyTorch",
    requires=("torch",),
    extra="torch",
    table=TABLE,
    plan=plan,
    emit=emit,
    probe="specc_torch.probe",
)
