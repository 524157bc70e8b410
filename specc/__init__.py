"""specc: a compiler for declarative neural-network specs."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import (
        Fault,
        SelectionError,
        Spec,
        SpecError,
        UnknownBackendError,
        UnreadableError,
        load,
    )

__all__ = [
    "Fault",
    "SelectionError",
    "Spec",
    "SpecError",
    "UnknownBackendError",
    "UnreadableError",
    "load",
]


def __getattr__(name: str) -> Any:
    """Import the interface when it is first used: ``import specc`` alone costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("specc.api"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
