"""What the interface raises besides the faults of what it uses."""

from __future__ import annotations

from ..backend import backends
from ..check.checked import CheckedProgram
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem, failed

__all__ = ["SpecError", "UnknownBackendError", "untrained"]


class SpecError(Fault):
    """A spec has errors; `problems` holds all that was found, with places.

    As a text it is one line an error, ``file:line:column: error[rule]: message``.
    """

    def __str__(self) -> str:
        return "\n".join(str(item) for item in self.problems if failed([item]))


class UnknownBackendError(Fault):
    """No backend of that name is installed."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Problem(
                "unknown-backend",
                f"no backend is called {name}",
                None,
                expected=f"one of {', '.join(backends())}",
            ),
            status=2,
        )


def untrained(checked: CheckedProgram) -> SpecError:
    """What a model that no training trains is answered, asked for its training."""
    return SpecError(
        Problem(
            "no-training",
            f"{checked.name} is a model that no training of this spec trains",
            checked.span,
            suggestion=f"train {checked.name} on DATA {{ … }}",
        )
    )
