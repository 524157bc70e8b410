"""One thing to be shown of a backend or a construct, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .errors import Broken, Unsupported
from .workbench import Workbench, shared_workbench

__all__ = ["Case", "Result"]

Status = Literal["passed", "failed", "refused"]


@dataclass(frozen=True)
class Result:
    """What came of a case. `reason` says what is wrong or refused, or what was seen."""

    status: Status
    reason: str = ""


@dataclass(frozen=True)
class Case:
    """A check of one subject; its name is ``check: subject``."""

    check_name: str
    subject: str
    #: Raises `Broken` or `Unsupported`; returns what was seen.
    action: Callable[[Workbench], str]

    def __str__(self) -> str:
        return f"{self.check_name}: {self.subject}"

    def run(self, bench: Workbench) -> Result:
        """Carry the check out. An error of the subject's own code is a failure too."""
        try:
            return Result("passed", self.action(bench))
        except Unsupported as refusal:
            return Result("refused", str(refusal))
        except Broken as broken:
            return Result("failed", str(broken))
        except Exception as error:
            return Result("failed", f"{type(error).__name__}: {error}")

    def check(self) -> Result:
        """Carry it out with workers that live as long as the process, for test suites.

        Raises:
            Broken: the subject does not pass.
        """
        result = self.run(shared_workbench())
        if result.status == "failed":
            raise Broken(f"{self}: {result.reason}")
        return result
