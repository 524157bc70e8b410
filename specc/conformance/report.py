"""The account of a run: what passed, what failed and why, what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from .cases import Case, Result
from .workbench import Workbench

__all__ = ["Report", "run"]


@dataclass
class Report:
    """What came of all cases, in their order."""

    subject: str
    results: list[tuple[Case, Result]] = field(
        default_factory=list[tuple[Case, Result]]
    )

    @property
    def passed(self) -> bool:
        """Whether something was checked and nothing failed; a refusal is no failure."""
        statuses = {result.status for _, result in self.results}
        return "passed" in statuses and "failed" not in statuses

    def counts(self) -> dict[str, int]:
        """How many cases passed, failed and were refused."""
        found = Counter(result.status for _, result in self.results)
        return {name: found[name] for name in ("passed", "failed", "refused")}

    def to_json(self) -> dict[str, Any]:
        """The account as plain data."""
        return {
            "subject": self.subject,
            "passed": self.passed,
            "counts": self.counts(),
            "checks": [
                {
                    "check": case.check_name,
                    "subject": case.subject,
                    "status": result.status,
                    "reason": result.reason,
                }
                for case, result in self.results
            ],
        }

    def ending(self) -> str:
        """How it ends, in one line."""
        told = ", ".join(f"{count} {name}" for name, count in self.counts().items())
        end = "conforms" if self.passed else "does not conform"
        return f"{self.subject} {end}: {told}"


def line(case: Case, result: Result) -> str:
    """One case in one line."""
    reason = " ".join(result.reason.split())
    return f"{result.status:<8}{case}" + (f" ({reason})" if reason else "")


def run(
    subject: str,
    cases: Iterable[Case],
    bench: Workbench,
    watch: Callable[[Case, Result], None] = lambda _, __: None,
) -> Report:
    """Carry out all cases; `watch` is called after each."""
    report = Report(subject)
    for case in cases:
        result = case.run(bench)
        report.results.append((case, result))
        watch(case, result)
    return report
