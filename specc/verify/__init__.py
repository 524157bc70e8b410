"""Equivalence: the emitted programs of all backends, run side by side and compared."""

from .pool import Crash, WorkerPool
from .render import render
from .verdict import Check, Difference, Failure, Refused, Verdict
from .verify import refused, verify

__all__ = [
    "Check",
    "Crash",
    "Difference",
    "Failure",
    "Refused",
    "Verdict",
    "WorkerPool",
    "refused",
    "render",
    "verify",
]
