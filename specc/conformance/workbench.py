"""Where checks are carried out: programs written by each backend, and worker processes."""

from __future__ import annotations

import atexit
from functools import cache
from types import TracebackType
from typing import Self

from ..backend import Emission, Obstacle, backend, backends
from ..ir import Program
from ..verify import Verdict, WorkerPool, verify
from ..verify.protocol import JUDGE
from ..verify.samples import batches_for

__all__ = ["Workbench", "shared_workbench", "usable", "written"]


class Workbench:
    """Backends that can run here, and a worker for each, started when first asked.

    Use it as a context manager, or call `close`.
    """

    def __init__(self, pool: WorkerPool | None = None) -> None:
        self._own = pool is None
        self.pool = pool or WorkerPool(usable(), timeout=300, kept=(JUDGE,))

    def compare(self, program: Program, emissions: dict[str, Emission]) -> Verdict:
        """The verdict on what backends wrote, in float64."""
        batches = batches_for(program)
        return verify(program, None, emissions, batches, 10, ("float64",), self.pool)

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
