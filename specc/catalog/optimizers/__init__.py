"""Optimizers."""

from ..families import Optimizer
from .adam import Adam, Nadam
from .clipping import ClippedOptimizer
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["OPTIMIZERS", "ClippedOptimizer", "Optimizer"]

OPTIMIZERS = (SGD, RMSprop, Adam, Nadam)
