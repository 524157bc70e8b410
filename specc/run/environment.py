"""Where a run runs: devices, threads and versions."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ..backend import Backend
from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from ..diagnostics.words import install
from ..emit.size import is_large
from ..ir import Program

__all__ = [
    "choose_device",
    "fitting_threads",
    "machine",
    "require_backend",
    "set_threads",
    "usable_threads",
    "versions",
]


def require_backend(backend: Backend) -> None:
    """Fault, with status 3, unless the backend's framework is installed."""
    missing = backend.missing()
    if missing:
        problem = Problem(
            "backend-missing",
            f"the backend {backend.name} needs {', '.join(missing)},"
            f" which {'are' if len(missing) > 1 else 'is'} not installed",
            None,
            suggestion=install(backend.extra),
        )
        raise Fault(problem, status=3)


def choose_device(backend: Backend, probe: Any, asked: str) -> str:
    """The device to run on: what was asked for, or for ``auto`` the best there is.

    A probe tells with `devices()`, best first, what the framework can use; without it
    that is the processor.

    Raises:
        Fault: the device is not there (status 3).
    """
    find = getattr(probe, "devices", None)
    available: tuple[str, ...] = ("cpu",) if find is None else tuple(find())
    if asked == "auto":
        return available[0]
    if asked in available:
        return asked
    problem = Problem(
        "device-missing",
        f"{backend.title} finds no device {asked} on this machine",
        None,
        expected=f"one of auto, {', '.join(available)}",
        suggestion="--device cpu",
    )
    raise Fault(problem, status=3)


#: More than any machine has processors for.
MOST_THREADS = 4096
#: The threads that each backend was given in this process.
_given: dict[str, int] = {}


def set_threads(backend: Backend, probe: Any, asked: int | None, otherwise: int) -> int:
    """Give the framework the threads that are asked for; return how many it has.

    If none are asked for, a framework that runs already keeps what it was given, and
    another one gets `otherwise`.

    Raises:
        Fault: the framework cannot change the number any more (status 2).
        ValueError: what is asked for is no number of threads.
    """
    if asked is not None and (type(asked) is not int or not 1 <= asked <= MOST_THREADS):
        raise ValueError(f"threads: a number from 1 to {MOST_THREADS}, not {asked!r}")
    threads = asked or _given.get(backend.name) or otherwise
    try:
        probe.configure(threads)
    except RuntimeError as error:
        problem = Problem(
            "threads-fixed",
            f"{backend.title} runs in this process with another number of threads than"
            f" {threads}: {error}",
            None,
            suggestion="a new process",
        )
        raise Fault(problem, status=2) from None
    _given[backend.name] = threads
    return threads


def fitting_threads(program: Program) -> int:
    """One thread for a small model, all processors for a large one."""
    return usable_threads() if is_large(program) else 1


def usable_threads() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine() -> dict[str, str]:
    """The kind of machine, and the versions of Python and specc."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    with suppress(PackageNotFoundError):
        found["specc"] = version("specc")
    return found


def versions(backend: Backend) -> dict[str, str]:
    """Versions of what a run depends on, and the kind of machine."""
    found = machine()
    for name in ("numpy", *backend.requires):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
