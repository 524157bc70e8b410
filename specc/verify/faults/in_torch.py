"""Faults in what the PyTorch backend writes."""

from __future__ import annotations

from .fault import Fault
from .torch_model import MODEL_FAULTS
from .torch_training import TRAINING_FAULTS

__all__ = ["IN_TORCH"]

IN_TORCH: list[Fault] = [*MODEL_FAULTS, *TRAINING_FAULTS]
