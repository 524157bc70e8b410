"""Regularizers."""

from ..families import Regularizer
from .norms import L1, L1L2, L2

__all__ = ["REGULARIZERS", "Regularizer"]

REGULARIZERS = (L1, L2, L1L2)
