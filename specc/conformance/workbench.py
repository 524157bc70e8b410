"""Where checks are carried out: programs written by each backend, and worker processes."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from functools import cache
from types import TracebackType
from typing import Self

from ..backend import Emission, Obstacle, backend, backends
from ..ir import Program
from ..verify import Verdict, WorkerPool, verify
from ..verify.protocol import JUDGE, Reading
from ..verify.samples import batches_for
from .observe import observe, questions

__all__ = ["Workbench", "shared_workbench", "usable", "written"]

#: Observations that a bench keeps, the latest.
OBSERVATIONS = 24


class Workbench:
    """Backends that can run here, and a worker for each, started when first asked.

    Use it as a context manager, or call `close`.
    """

    def __init__(self, pool: WorkerPool | None = None) -> None:
        self._own = pool is None
        self.pool = pool or WorkerPool(usable(), timeout=300, kept=(JUDGE,))
        self._seen: dict[tuple[str, str, str], Reading] = {}

    def compare(self, program: Program, emissions: dict[str, Emission]) -> Verdict:
        """The verdict on what backends wrote, in float64."""
        batches = batches_for(program)
        return verify(program, None, emissions, batches, 10, ("float64",), self.pool)

    def observe(
        self, program: Program, emissions: Mapping[str, Emission]
    ) -> dict[str, Reading]:
        """What texts of a program do in float64, briefly; each is run once only.

        Raises:
            Broken: a program raised, or its worker died.
        """
        asked = program.model_dump_json()
        keys = {n: (n, asked, made.text) for n, made in emissions.items()}
        fresh = {n: made for n, made in emissions.items() if keys[n] not in self._seen}
        if fresh:
            found = observe(questions(program), fresh, self.pool, briefly=True)
            self._seen |= {keys[side]: reading for side, reading in found.items()}
        answers = {side: self._seen[key] for side, key in keys.items()}
        while len(self._seen) > OBSERVATIONS:
            del self._seen[next(iter(self._seen))]
        return answers

    def close(self) -> None:
        """End the workers, if they are the bench's own."""
        if self._own:
            self.pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def written(
    program: Program, names: tuple[str, ...]
) -> tuple[dict[str, Emission], dict[str, tuple[Obstacle, ...]]]:
    """What backends write for a program, and what the others refuse."""
    emissions: dict[str, Emission] = {}
    refused: dict[str, tuple[Obstacle, ...]] = {}
    for name in names:
        side = backend(name)
        plan = side.plan(program)
        if plan.obstacles:
            refused[name] = plan.obstacles
        else:
            emissions[name] = side.emit(plan)
    return emissions, refused


def usable() -> tuple[str, ...]:
    """The installed backends whose frameworks are there too."""
    return tuple(name for name in backends() if not backend(name).missing())


@cache
def shared_workbench() -> Workbench:
    """The one of this process; it is closed at exit."""
    bench = Workbench()
    atexit.register(bench.close)
    return bench
