"""Faults that are planted in emitted programs, to see that the comparison finds them."""

from .edits import Unplanted, plant
from .everywhere import everywhere
from .fault import Fault, Finding, try_fault
from .in_keras import IN_KERAS
from .in_torch import IN_TORCH
from .programs import PROGRAMS
from .selftest import SelfTest, selftest

__all__ = [
    "FAULTS",
    "PROGRAMS",
    "Fault",
    "Finding",
    "SelfTest",
    "Unplanted",
    "plant",
    "selftest",
    "try_fault",
]

#: All faults; names are unique.
FAULTS: tuple[Fault, ...] = (
    *everywhere("torch"),
    *everywhere("keras"),
    *IN_TORCH,
    *IN_KERAS,
)
