"""Faults in what the Keras backend writes."""

from __future__ import annotations

from .fault import Fault
from .keras_model import MODEL_FAULTS
from .keras_training import TRAINING_FAULTS

__all__ = ["IN_KERAS"]

IN_KERAS: list[Fault] = [*MODEL_FAULTS, *TRAINING_FAULTS]
