"""Equivalence: the emitted programs of all backends, run side by side and compared."""

from .pool import Crash, WorkerPool
from .render import render
from .verdict import Check, Difference, Failure, Refused, Verdict
from .verify import annotated, refused, verify
from .watch import Watch

__all__ = [
    "Check",
    "Crash",
    "Difference",
    "Failure",
    "Refused",
    "Verdict",
    "Watch",
    "WorkerPool",
    "annotated",
    "refused",
    "render",
    "verify",
]
