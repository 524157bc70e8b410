"""The Keras backend: functional models and compiled training steps on TensorFlow."""

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
    name="keras",
    title=TITLE,
    requires=("keras", "tensorflow"),
    extra="keras",
    table=TABLE,
    plan=plan,
    emit=emit,
    probe="specc_keras.probe",
)
