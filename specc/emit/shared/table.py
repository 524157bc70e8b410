"""The table of the lowerings that all backends share."""

from __future__ import annotations

from ..lowering import Table

__all__ = ["SHARED"]

SHARED = Table("specc.runtime", yields=True)
