"""The end of work that cannot go on: problems of data, of a run or of the environment."""

from __future__ import annotations

from collections.abc import Iterable

from .model import Problem
from .words import sentence

__all__ = ["Fault"]


class Fault(Exception):
    """Preparing data or running a program cannot go on.

    `problems` say why, in the words for a user; `status` is the exit status of a command
    that ends so: 1 findings, 2 wrong usage, 3 something is missing, 4 the run failed.
    """

    def __init__(self, problems: Problem | Iterable[Problem], status: int = 1) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else (*problems,)
        self.status = status
        super().__init__("; ".join(map(sentence, self.problems)))
