"""Running emitted text: a module made from source that debuggers and tracebacks can show."""

from __future__ import annotations

import linecache
import sys
from types import ModuleType

__all__ = ["load"]


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
