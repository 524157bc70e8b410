"""The Python interface: everything that the command line does goes through it."""

from __future__ import annotations

from ..diagnostics.fault import Fault
from ..pipeline import SelectionError, UnreadableError
from .backends import find_backend, usable_backend
from .errors import SpecError, UnknownBackendError
from .spec import Spec, load

__all__ = [
    "Fault",
    "SelectionError",
    "Spec",
    "SpecError",
    "UnknownBackendError",
    "UnreadableError",
    "find_backend",
    "load",
    "usable_backend",
]
