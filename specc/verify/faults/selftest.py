"""The comparison put to the test: how many planted faults it notices, and names."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from ...backend import Emission, backend
from ...ir import Program
from ..pool import WorkerPool
from ..protocol import JUDGE
from .edits import Unplanted
from .fault import Fault, Finding, try_fault
from .result import SelfTest

__all__ = ["selftest", "selftest_in_lanes"]

Watch = Callable[[Fault], None]


@dataclass
class _Sound:
    """The sound programs, emitted when they are first asked for."""

    known: dict[tuple[str, ...], tuple[Program, dict[str, Emission]]] = field(
        default_factory=dict[tuple[str, ...], tuple[Program, dict[str, Emission]]]
    )

    def of(self, fault: Fault) -> tuple[Program, dict[str, Emission]]:
        """The program of a fault, as its backend, those beside it and the judge write it."""
        sides = (fault.backend, *fault.beside, JUDGE)
        key = (fault.program, *sides)
        if key not in self.known:
            program = fault.make()
            self.known[key] = program, {name: _emit(program, name) for name in sides}
        return self.known[key]


def selftest(
    faults: Iterable[Fault], pool: WorkerPool, watch: Watch = lambda _: None
) -> SelfTest:
    """Plant faults one after another; each against the judge, and those it is beside.

    Args:
        faults: what to plant.
        pool: workers of the faults' backends, of those beside them and of the judge.
        watch: called after each fault.
    """
    result, sound = SelfTest(), _Sound()
    for fault in faults:
        _try(fault, sound, pool, result)
        watch(fault)
    return result


def selftest_in_lanes(
    faults: Iterable[Fault], lanes: int = 2, watch: Watch = lambda _: None
) -> SelfTest:
    """Plant faults side by side, in workers that the lanes start and end.

    Args:
        faults: what to plant.
        lanes: how many faults are on trial at once.
        watch: called after each fault, by one lane at a time.
    """
    listed, sound, result, lock = list(faults), _Sound(), SelfTest(), Lock()
    queue = _Queue(listed)

    def run(number: int) -> None:
        pool = WorkerPool([*queue.backends, JUDGE], kept=(JUDGE,))
        try:
            for fault in queue.take(number):
                _try(fault, sound, pool, result)
                with lock:
                    watch(fault)
        finally:
            pool.close()

    with ThreadPoolExecutor(lanes) as threads:
        try:
            for done in [threads.submit(run, number) for number in range(lanes)]:
                done.result()
        finally:
            queue.clear()
    places = {fault.name: place for place, fault in enumerate(listed)}
    result.findings.sort(key=lambda finding: places[finding.fault.name])
    return result


class _Queue:
    """Faults by backend. Each lane begins with a backend of its own, then helps others."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._waiting: dict[str, deque[Fault]] = {}
        self._beside: set[str] = set()
        for fault in faults:
            self._waiting.setdefault(fault.backend, deque()).append(fault)
            self._beside.update(fault.beside)
        self._lock = Lock()

    @property
    def backends(self) -> tuple[str, ...]:
        """The backends that the faults are planted in, or looked at beside."""
        return tuple(sorted({*self._waiting} | self._beside))

    def take(self, lane: int) -> Iterator[Fault]:
        """Faults for a lane, until none is left."""
        while True:
            with self._lock:
                queues = list(self._waiting.values())
                own = queues[lane % len(queues)] if queues else deque[Fault]()
                longest = max(queues, key=len, default=own)
                if not own and not longest:
                    return
                fault = own.popleft() if own else longest.pop()
            yield fault

    def clear(self) -> None:
        """Leave nothing for any lane."""
        with self._lock:
            for waiting in self._waiting.values():
                waiting.clear()


def _try(fault: Fault, sound: _Sound, pool: WorkerPool, result: SelfTest) -> None:
    program, emissions = sound.of(fault)
    try:
        finding: Finding = try_fault(fault, emissions, program, pool)
    except Unplanted as error:
        result.unplanted[fault.name] = str(error)
    else:
        result.findings.append(finding)


def _emit(program: Program, name: str) -> Emission:
    side = backend(name)
    return side.emit(side.plan(program))
