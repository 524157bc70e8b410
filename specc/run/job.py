"""What is trained, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..backend import Backend, Emission
from ..data import Prepared
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..ir import Origins, Program, Training
from .folder import RunFolder

__all__ = ["Interrupted", "Job", "RunResult"]


@dataclass(frozen=True)
class Job:
    """What is to be trained.

    `sources` holds the texts of the spec and of what it imports, by relative path, the
    spec first; `base` is the folder that paths in the spec are relative to.
    """

    program: Program
    emission: Emission
    backend: Backend
    prepared: Prepared
    origins: Origins = field(default_factory=Origins)
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    base: Path = Path()
    command: Sequence[str] = ()

    @property
    def training(self) -> Training:
        """The training of the program."""
        assert self.program.training is not None, "a model alone is not trained"
        return self.program.training

    @property
    def epochs(self) -> int:
        """How many epochs it has in all."""
        return sum(phase.epochs for phase in self.training.phases)


@dataclass(frozen=True)
class RunResult:
    """What a training came to.

    `state` is that of the running program `module`; `history` holds the figures of every
    epoch of the run, also of those before it was resumed. `status` is ``finished``, or
    ``stopped`` if early stopping ended it. `warnings` are problems that stopped nothing.
    """

    folder: RunFolder
    module: Any
    state: Any
    history: list[dict[str, Any]]
    status: str
    warnings: tuple[Problem, ...] = ()


class Interrupted(Fault):
    """Ctrl-C ended the run (status 130); what was done is kept."""
