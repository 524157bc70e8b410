"""Backends by name."""

from __future__ import annotations

from ..backend import Backend, Emission, backend, backends
from ..check.checked import CheckedProgram
from ..pipeline import compile_program
from .errors import SpecError, UnknownBackendError

__all__ = ["emission", "find_backend", "usable_backend"]


def find_backend(name: str) -> Backend:
    """The backend of that name; its framework need not be installed.

    Raises:
        UnknownBackendError: there is none.
    """
    if name not in backends():
        raise UnknownBackendError(name)
    return backend(name)


def usable_backend(name: str) -> Backend:
    """The backend of that name, with its framework installed.

    Raises:
        UnknownBackendError: there is none of that name.
        Fault: its framework is not installed (status 3).
    """
    from ..run.environment import require_backend

    found = find_backend(name)
    require_backend(found)
    return found


def emission(checked: CheckedProgram, backend: Backend) -> Emission:
    """The program that a backend writes.

    Raises:
        SpecError: the backend refuses a construct of it.
    """
    compiled = compile_program(checked, backend)
    if compiled.emission is None or compiled.failed:
        raise SpecError(compiled.problems)
    return compiled.emission
