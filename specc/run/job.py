"""What is trained, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..backend import Backend, Emission
from ..data import Prepared
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..ir import Origins, Program, Training
from .folder import RunFolder
from .taken import Taken

if TYPE_CHECKING:
    from .evaluate import Evaluation
    from .loaded import Loaded

__all__ = ["Interrupted", "Job", "RunResult"]


@dataclass(frozen=True)
class Job:
    """What is to be trained.

    `sources` holds the texts of the spec and of what it imports, by relative path, the
    spec first; `base` is the folder that paths in the spec are relative to. `taken` are
    the trained arrays that it begins with.
    """

    program: Program
    emission: Emission
    backend: Backend
    prepared: Prepared
    origins: Origins = field(default_factory=Origins)
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    base: Path = Path()
    command: Sequence[str] = ()
    taken: Taken = field(default_factory=Taken)

    @property
    def training(self) -> Training:
        """The training of the program."""
        assert self.program.training is not None, "a model alone is not trained"
        return self.program.training

    @property
    def epochs(self) -> int:
        """How many epochs it has in all."""
        return sum(phase.epochs for phase in self.training.phases)


@dataclass(frozen=True, repr=False)
class RunResult:
    """What a training came to.

    `history` holds the figures of every epoch of the run, also of those before it was
    resumed. `status` is ``finished``, or ``stopped`` if early stopping ended it; `ending`
    says in words what early stopping did, or that nothing was left to train. `warnings`
    are problems that stopped nothing. `running` is the program that trained and its
    state; None if nothing was left to train.
    """

    folder: RunFolder
    history: list[dict[str, Any]]
    status: str
    warnings: tuple[Problem, ...] = ()
    ending: str = ""
    running: tuple[Any, Any] | None = None

    def __repr__(self) -> str:
        last = self.history[-1] if self.history else {}
        figures = "".join(
            f", {name}={value:.4g}"
            for name, value in last.items()
            if name not in ("phase", "epoch", "step", "seconds", "learning_rate")
        )
        where = f"RunResult({str(self.folder.path)!r}, {self.status}"
        return f"{where} after {len(self.history)} epochs{figures})"

    @property
    def module(self) -> Any:
        """The running program."""
        return self.running[0] if self.running else self.loaded.module

    @property
    def state(self) -> Any:
        """The state of the running program, with the weights that training ended with."""
        return self.running[1] if self.running else self.loaded.state

    @cached_property
    def loaded(self) -> Loaded:
        """The model of the run's folder, with its last weights, ready to compute.

        Raises:
            Fault: something is missing (status 3) or damaged (status 1).
        """
        from .loaded import load_run

        return load_run(self.folder)

    def evaluate(self, split: str = "test") -> Evaluation:
        """Loss and metrics of ``training``, ``validation`` or ``test``.

        Raises:
            Fault: there is no such part (status 2), or the data is missing or faulty.
        """
        from .evaluate import evaluate

        return evaluate(self.loaded, split)

    def predict(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Outputs by name for raw inputs by name, both in the units of the data.

        Raises:
            Fault: an input is missing, or does not fit.
        """
        from .predict import predict

        return predict(self.loaded, arrays)


class Interrupted(Fault):
    """Ctrl-C ended the run (status 130); what was done is kept."""
