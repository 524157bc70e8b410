"""One case inside a worker: what its program is, what was found, and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from unittest.mock import patch

import numpy as np

from ..backend import Emission
from .protocol import Arrays, Case, read_arrays

__all__ = ["Workplace", "unlike"]


class Workplace:
    """A run of a case. `arrays` and `figures` fill up stage by stage; `told` hears of each."""

    def __init__(
        self,
        probe: Any,
        case: Case,
        name: str,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.probe = probe
        self.case = case
        self.name = name
        self.told = told
        self.stage = "load"
        self.arrays: Arrays = {}
        self.figures: dict[str, Any] = {}
        self.given = read_arrays(case.arrays)
        self.emission = Emission(case.text, case.nodes, case.lines)
        self.module: Any = None
        self.state: Any = None

    @property
    def stage(self) -> str:
        """The stage that is on, one of `STAGES`."""
        return self._stage

    @stage.setter
    def stage(self, stage: str) -> None:
        self._stage = stage
        self.told(stage)

    def steps_per_epoch(self) -> int:
        """The steps of an epoch of this case."""
        return len(self.case.epochs[0]) if self.case.epochs else self.case.rate_epoch

    def begin(self, phase: int = 0) -> None:
        """Put the model at the randomised start, with everything else as it was built."""
        start = self.given_under("start")
        if not start:
            return
        arrays = self.under("built")
        missing = set(start) - set(arrays)
        if missing:
            raise KeyError(f"the program has no {', '.join(sorted(missing))}")
        arrays.update(
            {name: array.astype(self.case.precision) for name, array in start.items()}
        )
        self.module.import_state(self.state, arrays)
        self.enter(phase)

    def phases(self) -> range:
        """The numbers of the phases of the program."""
        return range(len(getattr(self.module, "PHASES", ("",))))

    def enter(self, phase: int) -> None:
        """Begin a phase; where there is only one, callbacks that have seen nothing."""
        module = self.module
        if hasattr(module, "PHASES"):
            module.begin_phase(self.state, phase)
            return
        if hasattr(module, "new_stopping"):
            self.state.stopping = module.new_stopping()
        if hasattr(module, "new_plateau"):
            self.state.plateau = module.new_plateau()

    def last_epoch(self) -> None:
        """Leave one epoch of the whole training to do."""
        if hasattr(self.module, "PHASES"):
            self.state.epoch = 0
            self.enter(self.phases()[-1])
            self.state.epoch = self.module.EPOCHS[-1] - 1
        else:
            self.state.epoch = self.module.EPOCHS - 1

    def spans(self) -> AbstractContextManager[Any]:
        """Give the phases the epochs that the case has of them."""
        if not self.case.spans:
            return nullcontext()
        return patch.object(self.module, "EPOCHS", self.case.spans)

    def under(self, prefix: str) -> Arrays:
        """What was written down under names that begin with ``prefix/``."""
        lead = prefix + "/"
        return {
            name[len(lead) :]: array
            for name, array in self.arrays.items()
            if name.startswith(lead)
        }

    def given_under(self, prefix: str) -> Arrays:
        """The given arrays whose names begin with ``prefix/``."""
        lead = prefix + "/"
        return {
            name[len(lead) :]: array
            for name, array in self.given.items()
            if name.startswith(lead)
        }

    def reused(self) -> dict[str, Any]:
        """The trained arrays that the program takes, as its functions are given them."""
        found = {
            source: self.given_under(f"reused/{number}")
            for number, source in enumerate(self.case.reused)
        }
        return {"reused": found} if found else {}

    def batch(self, name: str) -> Arrays:
        """A batch by its name; a copy, so that nobody can change the original."""
        return {
            field: np.array(array)
            for field, array in self.given_under(f"batch/{name}").items()
        }

    def keep(self, prefix: str, arrays: dict[str, Any]) -> None:
        """Write arrays down."""
        for name, array in arrays.items():
            self.arrays[f"{prefix}/{name}"] = np.array(array)

    def put_logs(self, prefix: str, logs: dict[str, Any]) -> None:
        """Write figures down; they must be Python numbers."""
        for name, figure in logs.items():
            if not isinstance(figure, float | int):
                raise TypeError(f"{prefix}: {name} is a {type(figure).__name__}")
            self.arrays[f"{prefix}/{name}"] = np.array(float(figure))


def unlike(found: Arrays, wanted: Arrays) -> list[str]:
    """The names of arrays that are not the same to the bit, or that one side lacks."""
    both = found.keys() & wanted.keys()
    same = {
        name
        for name in both
        if found[name].dtype == wanted[name].dtype
        and found[name].shape == wanted[name].shape
        and found[name].tobytes() == wanted[name].tobytes()
    }
    return sorted((found.keys() | wanted.keys()) - same)
