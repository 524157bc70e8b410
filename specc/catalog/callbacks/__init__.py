"""Decisions taken at the end of an epoch."""

from ..families import Callback
from .early_stopping import EarlyStopping
from .monitored import Monitored
from .reduce_on_plateau import ReduceOnPlateau

__all__ = ["CALLBACKS", "Callback", "EarlyStopping", "Monitored", "ReduceOnPlateau"]

CALLBACKS = (EarlyStopping, ReduceOnPlateau)
