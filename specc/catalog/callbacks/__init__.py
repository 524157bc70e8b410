"""Decisions taken at the end of an epoch."""

from ..families import Callback
from .early_stopping import EarlyStopping

__all__ = ["CALLBACKS", "Callback"]

CALLBACKS = (EarlyStopping,)
