"""Constraints."""

from ..families import Constraint
from .max_norm import MaxNorm

__all__ = ["CONSTRAINTS", "Constraint"]

CONSTRAINTS = (MaxNorm,)
