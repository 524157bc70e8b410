"""Sources and transforms of other packages: where these say what carries them out."""

from __future__ import annotations

from functools import cache

from ..catalog.outside import added, take

__all__ = ["load_outside"]


@cache
def load_outside() -> None:
    """Import the modules that entry points of the group ``specc.data`` name.

    They register functions with `open_source`, `choose_rows` and `fit`. `specc check`
    does not import them.

    Raises:
        BrokenPackage: one of them cannot be imported.
    """
    for entry in added("specc.data"):
        take(entry, lambda module: module)
