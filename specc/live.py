"""Running emitted text: a module made from source that debuggers and tracebacks can show."""

from __future__ import annotations

import linecache
import sys
from types import ModuleType
from typing import Any

__all__ = ["load", "phase_of", "rate_of"]


def phase_of(module: Any, state: Any) -> tuple[int, ...]:
    """What functions of which each phase has its own take besides: the number of the phase.

    Nothing where the program has one phase.
    """
    return (state.phase,) if hasattr(module, "PHASES") else ()


def rate_of(module: Any, state: Any, step: int) -> float:
    """The learning rate of the update that so many others of all phases precede."""
    if hasattr(module, "PHASES"):
        return module.rate_at(state, step)
    if hasattr(state, "plateau"):
        return state.plateau.rate
    return module.learning_rate(step, state.steps_per_epoch)


def load(text: str, name: str) -> ModuleType:
    """Make a module of emitted source.

    The text is entered in `linecache` under ``<name>``, so that tracebacks show it.

    Args:
        text: Python source as `specc compile` writes it.
        name: a valid module name, unique in the process; it replaces one loaded before.
    """
    file = f"<{name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module = ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module
    exec(compile(text, file, "exec"), module.__dict__)
    return module
