"""What became of planted faults: rates, by family, and everything that was missed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .fault import Family, Finding

__all__ = ["SelfTest"]

#: The share of all faults that must be noticed, and of operator faults that must be named.
KILLED, NAMED = 0.99, 0.95


@dataclass
class SelfTest:
    """What became of the faults. `unplanted` did not apply to what is emitted now."""

    findings: list[Finding] = field(default_factory=list[Finding])
    unplanted: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def planted(self) -> int:
        """How many faults were planted."""
        return len(self.findings)

    @property
    def killed(self) -> int:
        """How many faults were noticed."""
        return sum(finding.killed for finding in self.findings)

    @property
    def operator_faults(self) -> int:
        """How many of the faults are in operators."""
        return len(self.of(Family.OPERATORS))

    @property
    def named_right(self) -> int:
        """How many of the faults in operators were noticed and traced to the right node."""
        return sum(finding.traced for finding in self.of(Family.OPERATORS))

    @property
    def wrong(self) -> list[Finding]:
        """Faults that were missed, and those said to be none that were noticed."""
        return [f for f in self.findings if f.killed == bool(f.fault.equivalent)]

    @property
    def passed(self) -> bool:
        """Whether every fault was planted and judged rightly, and enough were named."""
        return (
            not self.unplanted
            and not self.wrong
            and self.killed >= KILLED * self.planted
            and self.named_right >= NAMED * self.operator_faults
        )

    def of(self, family: Family) -> list[Finding]:
        """The findings of a family."""
        return [finding for finding in self.findings if finding.fault.family == family]

    def to_json(self) -> dict[str, Any]:
        """The rates, and the account of each fault."""
        return {
            "passed": self.passed,
            "planted": self.planted,
            "killed": self.killed,
            "equivalent": sum(bool(f.fault.equivalent) for f in self.findings),
            "operator_faults": self.operator_faults,
            "named_right": self.named_right,
            "families": {
                family.value: {
                    "planted": len(self.of(family)),
                    "killed": sum(f.killed for f in self.of(family)),
                    "named": sum(f.traced for f in self.of(family)),
                }
                for family in Family
            },
            "unplanted": self.unplanted,
            "faults": [_account(finding) for finding in self.findings],
        }

    def render(self) -> str:
        """The rates by family, and every fault that survived or was blamed on another."""
        lines = [f"{'family':<16}{'planted':>8}{'noticed':>9}{'named':>7}"]
        for family in Family:
            found = self.of(family)
            killed, named = sum(f.killed for f in found), sum(f.traced for f in found)
            lines.append(f"{family.value:<16}{len(found):>8}{killed:>9}{named:>7}")
        lines.append("")
        lines.append(
            f"{self.killed} of {self.planted} planted faults noticed,"
            f" {self.named_right} of {self.operator_faults} in operators traced to"
            " their node"
        )
        for finding in self.findings:
            if finding.killed == bool(finding.fault.equivalent):
                said = ", said to be equivalent" if finding.killed else ""
                state = "noticed" if finding.killed else "survived"
                lines.append(f"{state}{said}: {finding.fault.name}")
            elif not finding.killed:
                why = finding.fault.equivalent
                lines.append(f"equivalent: {finding.fault.name}: {why}")
            elif not finding.named:
                lines.append(f"misnamed: {finding.fault.name}: {finding.blamed}")
        lines += [f"not planted: {name}: {why}" for name, why in self.unplanted.items()]
        return "\n".join(lines) + "\n"


def _account(finding: Finding) -> dict[str, Any]:
    fault = finding.fault
    return {
        "name": fault.name,
        "family": fault.family.value,
        "backend": fault.backend,
        "program": fault.program,
        "construct": fault.construct,
        "killed": finding.killed,
        "named": finding.traced,
        "blamed": finding.blamed.strip(),
        "equivalent": fault.equivalent,
    }
