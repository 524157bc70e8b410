"""A fault, and what it takes to have found it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...backend import Emission
from ...ir import Program
from ..pool import WorkerPool
from ..samples import batches_for
from ..verdict import Verdict
from ..verify import verify
from .edits import Edit, plant

__all__ = ["Fault", "Finding", "try_fault"]


@dataclass(frozen=True)
class Fault:
    """One way to be wrong, planted in the program that one backend emits.

    `named` are words of which one must stand in what the verdict blames first: a node, a
    part, a field.
    """

    name: str
    backend: str
    #: A key of `PROGRAMS`.
    program: str
    edit: Edit
    named: tuple[str, ...]
    steps: int = 10


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
        ("float64",),
        pool,
    )
    return Finding(fault, verdict)


def survivors(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Faults that nobody noticed."""
    return (finding for finding in findings if not finding.killed)
