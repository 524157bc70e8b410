"""Faults in the parts that all backends write alike, planted in one of them."""

from __future__ import annotations

from .fault import Fault
from .of_beginning import of_beginning
from .of_loop import of_loop
from .of_plateau import of_plateau
from .of_steps import of_steps

__all__ = ["everywhere"]


def everywhere(backend: str) -> list[Fault]:
    """Faults of initialization, noise, order, schedules, loop and stopping."""
    return [
        *of_beginning(backend),
        *of_steps(backend),
        *of_loop(backend),
        *of_plateau(backend),
    ]
