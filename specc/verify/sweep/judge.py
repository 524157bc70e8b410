"""A random program put to the proof: written as a spec, checked, emitted, compared."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ...backend import Emission, backend
from ...catalog.sources.files import Npz
from ...check.checked import CheckedProgram
from ...data import prepare, save_npz
from ...diagnostics.model import Source, failed
from ...ir import Program
from ...pipeline import Compiled, check_source, compile_program
from ...unparse import unparse
from ..pool import WorkerPool
from ..protocol import Precision
from ..verdict import Failure, Verdict
from ..verify import refused, verify
from .programs import arrays

__all__ = ["Judge", "NotASpec", "checked", "fallen", "write_data"]

#: Updates that are compared at least.
STEPS = 6

Emissions = dict[str, Emission]


class NotASpec(ValueError):
    """The checker refuses the text of a program, or takes it for another program."""


def checked(program: Program, name: str) -> CheckedProgram:
    """The program as it comes back from its own text, with places in that.

    Raises:
        NotASpec: it does not come back as it was.
    """
    found = check_source(Source(f"{name}.nnspec", unparse(program)))
    if failed(found.problems) or not found.programs:
        messages = "; ".join(problem.message for problem in found.problems)
        raise NotASpec(f"{name}: {messages}")
    if found.programs[0].program != program:
        raise NotASpec(f"{name}: its text means another program")
    return found.programs[0]


def write_data(program: Program, folder: Path) -> None:
    """Write the data of a random program into a folder, under its source's name."""
    assert program.data is not None
    assert isinstance(program.data.source, Npz)
    save_npz(arrays(program), folder / program.data.source.path)


def fallen(name: str, side: str, why: str, detail: str = "") -> Verdict:
    """The verdict where something gave up before anything was compared."""
    failure = Failure(side, why, detail)
    return Verdict("not comparable", name, (side,), 0, failures=(failure,))


@dataclass(frozen=True)
class Judge:
    """Puts programs to the proof on running workers.

    `change` may alter what the backends emitted, to see that the proof notices.
    """

    pool: WorkerPool
    backends: tuple[str, ...]
    precisions: tuple[Precision, ...] = ("float64", "float32")
    steps: int = STEPS
    change: Callable[[Emissions], Emissions] = lambda emissions: emissions

    def __call__(self, program: Program, name: str = "program") -> Verdict:
        """The verdict on a random program, by way of its text.

        Raises:
            NotASpec: its text is no spec, or means something else.
        """
        spec = checked(program, name)
        with TemporaryDirectory(prefix="specc-sweep-") as folder:
            write_data(program, Path(folder))
            return self.prove(spec, Path(folder))

    def prove(self, spec: CheckedProgram, folder: Path) -> Verdict:
        """The verdict on a spec whose data lie in a folder."""
        compiled: dict[str, Compiled] = {}
        for side in self.backends:
            try:
                compiled[side] = compile_program(spec, backend(side))
            except Exception as error:  # a backend that stumbles is what is looked for
                why = f"{type(error).__name__} while its program was written: {error}"
                return fallen(spec.name, side, why, traceback.format_exc())
        obstacles = {
            side: made.plan.obstacles
            for side, made in compiled.items()
            if made.plan.obstacles
        }
        if obstacles:
            return refused(spec.name, self.backends, obstacles, spec.origins)
        emissions = {s: made.emission for s, made in compiled.items() if made.emission}
        data, training = spec.program.data, spec.program.training
        assert data is not None
        assert training is not None
        return verify(
            spec.program,
            spec.origins,
            self.change(emissions),
            prepare(data, folder, spec.origins).batches(training),
            self.steps,
            self.precisions,
            self.pool,
        )
