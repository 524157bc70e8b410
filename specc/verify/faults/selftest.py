"""The comparison put to the test: how many planted faults it notices, and names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ...backend import Emission, backend
from ...ir import Program
from ..pool import WorkerPool
from ..protocol import JUDGE
from .edits import Unplanted
from .fault import Fault, Finding, try_fault
from .programs import PROGRAMS

__all__ = ["SelfTest", "selftest"]


@dataclass
class SelfTest:
    """What became of the faults. `unplanted` did not apply to what is emitted now."""

    findings: list[Finding] = field(default_factory=list[Finding])
    unplanted: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def killed(self) -> int:
        """How many faults were noticed."""
        return sum(finding.killed for finding in self.findings)

    @property
    def named(self) -> int:
        """How many were noticed and traced to the right place."""
        return sum(finding.killed and finding.named for finding in self.findings)

    @property
    def passed(self) -> bool:
        """Whether every fault was planted and noticed."""
        return not self.unplanted and self.killed == len(self.findings)

    def to_json(self) -> dict[str, Any]:
        """The account of each fault."""
        return {
            "planted": len(self.findings),
            "killed": self.killed,
            "named": self.named,
            "unplanted": self.unplanted,
            "faults": [
                {
                    "name": finding.fault.name,
                    "killed": finding.killed,
                    "named": finding.named,
                    "blamed": finding.blamed,
                }
                for finding in self.findings
            ],
        }

    def render(self) -> str:
        """The rates, and every fault that survived or was blamed on another."""
        count = len(self.findings)
        lines = [f"{self.killed} of {count} planted faults noticed, {self.named} named"]
        for finding in self.findings:
            if not finding.killed:
                lines.append(f"survived: {finding.fault.name}")
            elif not finding.named:
                lines.append(f"misnamed: {finding.fault.name}: {finding.blamed}")
        lines += [f"not planted: {name}: {why}" for name, why in self.unplanted.items()]
        return "\n".join(lines) + "\n"


def selftest(
    faults: Iterable[Fault],
    pool: WorkerPool,
    watch: Callable[[Fault], None] = lambda _: None,
) -> SelfTest:
    """Plant faults one after another; each against the judge alone.

    Args:
        faults: what to plant.
        pool: workers of the faults' backends and of the judge.
        watch: called before each fault.
    """
    result = SelfTest()
    sound: dict[tuple[str, str], tuple[Program, dict[str, Emission]]] = {}
    for fault in faults:
        watch(fault)
        key = (fault.program, fault.backend)
        if key not in sound:
            program = PROGRAMS[fault.program]()
            sides = (fault.backend, JUDGE)
            sound[key] = program, {name: _emit(program, name) for name in sides}
        program, emissions = sound[key]
        try:
            result.findings.append(try_fault(fault, emissions, program, pool))
        except Unplanted as error:
            result.unplanted[fault.name] = str(error)
    return result


def _emit(program: Program, name: str) -> Emission:
    side = backend(name)
    return side.emit(side.plan(program))
