"""A fault, and what it takes to have found it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ...backend import Emission
from ...ir import Program
from ..pool import WorkerPool
from ..samples import batches_for
from ..verdict import Verdict
from ..verify import verify
from .edits import Edit, plant
from .programs import PROGRAMS

__all__ = ["Family", "Fault", "Finding", "Planter", "try_fault"]


class Family(StrEnum):
    """What a fault is in."""

    #: What layers and activations compute.
    OPERATORS = "operators"
    #: Buffers, slots and counters, and how they are exported.
    STATE = "state"
    #: Gradients and their clipping.
    GRADIENTS = "gradients"
    #: Losses, metrics and penalties.
    LOSSES = "losses"
    #: Updates, rates, constraints, modes, the loop over epochs and its end.
    LOOP = "loop"
    INITIALIZATION = "initialization"
    #: The order of examples, and what goes into a batch.
    DATA_ORDER = "data order"


@dataclass(frozen=True)
class Fault:
    """One way to be wrong, planted in the program that one backend emits."""

    name: str
    family: Family
    backend: str
    #: The name of the sound program; one of the same name is the same.
    program: str
    make: Callable[[], Program]
    edit: Edit
    #: Words of which one must stand in what the verdict blames first: a node, a part, a
    #: field, an error in it.
    named: tuple[str, ...]
    steps: int = 10
    #: The construct in whose text it lies: ``layer/Dense``; empty if in none.
    construct: str = ""
    #: The backends beside which it is looked at in float32 too; none if float64 suffices.
    beside: tuple[str, ...] = ()
    #: Why the damaged program means the same as the sound one; empty if it does not.
    equivalent: str = ""


@dataclass(frozen=True)
class Planter:
    """Writes down faults of one backend and family."""

    backend: str
    family: Family

    def __call__(
        self,
        name: str,
        program: str,
        edit: Edit,
        *named: str,
        construct: str = "",
        beside: tuple[str, ...] = (),
        equivalent: str = "",
    ) -> Fault:
        """A fault in one of `PROGRAMS`."""
        return Fault(
            f"{self.backend}: {name}",
            self.family,
            self.backend,
            program,
            PROGRAMS[program],
            edit,
            named,
            construct=construct,
            beside=beside,
            equivalent=equivalent,
        )


@dataclass(frozen=True)
class Finding:
    """What became of a fault: killed if the verdict is not equal, named if rightly so."""

    fault: Fault
    verdict: Verdict

    @property
    def killed(self) -> bool:
        """Whether the comparison noticed it."""
        return self.verdict.outcome in ("different", "not comparable")

    @property
    def blamed(self) -> str:
        """What the verdict names first."""
        if self.verdict.differences:
            first = self.verdict.differences[0]
            hint = first.hint or ""
            return f"{first.part}: {first.node} {first.field} {first.tensor} {hint}"
        return " ".join(f"{item.node} {item.why}" for item in self.verdict.failures)

    @property
    def named(self) -> bool:
        """Whether the verdict names the right place."""
        return any(word in self.blamed for word in self.fault.named)

    @property
    def traced(self) -> bool:
        """Whether it was noticed and the right place named."""
        return self.killed and self.named

    @property
    def guilty(self) -> bool | None:
        """Whether the right side is held guilty; None where nobody is."""
        if not self.verdict.differences or self.verdict.differences[0].guilty is None:
            return None
        return self.verdict.differences[0].guilty == self.fault.backend


def try_fault(
    fault: Fault,
    emissions: Mapping[str, Emission],
    program: Program,
    pool: WorkerPool,
) -> Finding:
    """Plant the fault in its backend's text and compare.

    Raises:
        Unplanted: the edit does not apply to the text.
    """
    sound = emissions[fault.backend]
    text = plant(fault.edit, sound.text)
    planted = {**emissions, fault.backend: dataclasses.replace(sound, text=text)}
    verdict = verify(
        program,
        None,
        planted,
        batches_for(program),
        fault.steps,
        ("float64", "float32") if fault.beside else ("float64",),
        pool,
    )
    return Finding(fault, verdict)
