"""Worker processes, one for each backend, asked side by side."""

from __future__ import annotations

import hashlib
import selectors
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from ..backend import backend
from .process import Crash, Lost, Worker
from .protocol import Case, Reading
from .watch import Watch

__all__ = ["Crash", "WorkerPool"]


#: Answers that are kept of one backend, the latest.
ANSWERS = 48


def _key(case: Case) -> str:
    """What tells a case from others: all of it, with the numbers that it is given."""
    given = hashlib.sha256(Path(case.arrays).read_bytes()).hexdigest()
    return case.model_copy(update={"arrays": given, "out": ""}).model_dump_json()


def _ready(waiting: Mapping[str, Worker]) -> list[str]:
    """The workers that have written something, waited for up to the next deadline."""
    with selectors.DefaultSelector() as selector:
        for name, worker in waiting.items():
            selector.register(worker.fileno(), selectors.EVENT_READ, name)
        left = min(worker.deadline for worker in waiting.values()) - monotonic()
        return [key.data for key, _ in selector.select(max(0.0, left))]


class WorkerPool:
    """Long-lived workers, one for each backend, and a folder that they share.

    Use it as a context manager or call `close`. Workers start when they are first asked;
    as a context manager it starts all of them at once. `watch` hears what they do.

    Args:
        names: the backends.
        timeout: seconds that one case may take on one backend.
        probes: import names of probe modules, for backends that are not installed as
            such (the tests have some).
        kept: backends whose answers are kept, so that they run the same case once only.
        start: whether entering the pool starts all workers.
    """

    def __init__(
        self,
        names: Iterable[str],
        timeout: float = 600.0,
        probes: Mapping[str, str] | None = None,
        kept: Iterable[str] = (),
        start: bool = True,
    ) -> None:
        self.timeout = timeout
        self._answers: dict[str, dict[str, Reading]] = {name: {} for name in kept}
        self._early = start
        self.watch = Watch()
        self._folder = tempfile.TemporaryDirectory(prefix="specc-verify-")
        self.folder = Path(self._folder.name)
        self._workers: dict[str, Worker] = {}
        for name in names:
            if probes and name in probes:
                probe, packages = probes[name], ()
            else:
                probe, packages = backend(name).probe, backend(name).requires
            self._workers[name] = Worker(name, probe, packages, self.folder)

    @property
    def names(self) -> tuple[str, ...]:
        """The backends that can be asked."""
        return tuple(self._workers)

    def start(self) -> Self:
        """Start all workers without waiting for them."""
        for worker in self._workers.values():
            worker.start()
        return self

    def versions(self) -> dict[str, dict[str, str]]:
        """Versions of the packages in each worker that has answered."""
        return {name: w.versions for name, w in self._workers.items() if w.versions}

    def run(self, cases: Mapping[str, Case]) -> dict[str, Reading | Crash]:
        """Run one case on each of several backends, side by side.

        The answer of a worker that died or gave no answer in time is a `Crash`; a new
        one takes its place at the next case.
        """
        found: dict[str, Reading | Crash] = {}
        keys = {n: _key(case) for n, case in cases.items() if n in self._answers}
        for name, key in keys.items():
            if key in self._answers[name]:
                found[name] = self._answers[name][key]
        asked = {name: case for name, case in cases.items() if name not in found}
        waiting = {name: self._workers[name] for name in asked}
        for worker in waiting.values():
            worker.start()

        def attempt(name: str, step: Callable[[Worker], Reading | None]) -> None:
            try:
                answer = step(waiting[name])
            except Lost as error:
                answer = waiting[name].crash(str(error))
            if answer is not None:
                found[name] = answer
                del waiting[name]

        for name, case in asked.items():
            attempt(name, lambda w, case=case: w.take(case, self.timeout, self.watch))
        while waiting:
            for name in _ready(waiting):
                attempt(name, Worker.advance)
            for name in [n for n, w in waiting.items() if w.deadline < monotonic()]:
                attempt(name, Worker.late)
        for name, key in keys.items():
            self._keep(name, key, found[name])
        return {name: found[name] for name in cases}

    def _keep(self, name: str, key: str, answer: Reading | Crash) -> None:
        answers = self._answers[name]
        if isinstance(answer, Reading):
            answers.setdefault(key, answer)
        while len(answers) > ANSWERS:
            del answers[next(iter(answers))]

    def close(self) -> None:
        """End all workers and remove the folder."""
        for worker in self._workers.values():
            worker.stop()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self.start() if self._early else self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
