"""Optimizers."""

from ..families import Optimizer
from .adam import Adam, Nadam
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["OPTIMIZERS", "Optimizer"]

OPTIMIZERS = (SGD, RMSprop, Adam, Nadam)
