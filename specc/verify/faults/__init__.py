"""Faults that are planted in emitted programs, to see that the comparison finds them."""

from functools import cache

from .by_construct import EMITTED, of_catalogue, of_construct
from .edits import Unplanted, plant
from .everywhere import everywhere
from .fault import Family, Fault, Finding, try_fault
from .in_keras import IN_KERAS
from .in_torch import IN_TORCH
from .of_phases import PHASE_FAULTS
from .of_recurrence import RECURRENCE_FAULTS
from .of_strain import STRAIN_FAULTS
from .programs import PROGRAMS
from .result import SelfTest
from .selftest import selftest, selftest_in_lanes

__all__ = [
    "EMITTED",
    "LISTED",
    "PROGRAMS",
    "Family",
    "Fault",
    "Finding",
    "SelfTest",
    "Unplanted",
    "faults",
    "of_construct",
    "plant",
    "selftest",
    "selftest_in_lanes",
    "try_fault",
]

#: The faults written down by hand; names are unique.
LISTED: tuple[Fault, ...] = (
    *everywhere("torch"),
    *everywhere("keras"),
    *IN_TORCH,
    *IN_KERAS,
    *PHASE_FAULTS,
    *STRAIN_FAULTS,
    *RECURRENCE_FAULTS,
)


@cache
def faults() -> tuple[Fault, ...]:
    """All faults: those listed, and those of each construct of the catalogue; takes seconds."""
    return (*LISTED, *of_catalogue("torch"), *of_catalogue("keras"))
