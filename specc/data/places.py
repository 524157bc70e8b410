"""Where in a spec the parts of a data block stand."""

from __future__ import annotations

from dataclasses import dataclass

from ..diagnostics.model import Span
from ..ir import Origins

__all__ = ["Places"]


@dataclass(frozen=True)
class Places:
    """Spans of a data block's source, bindings and transforms."""

    origins: Origins

    def setting(self, name: str) -> Span | None:
        """The place of a setting (``source``, ``test``, ``validation``)."""
        return self._first(("data", name))

    def written(self, name: str) -> bool:
        """Whether a binding was written, not found by its name."""
        return (f"binding:{name}", "") in self.origins.table

    def binding(self, name: str) -> Span | None:
        """The place of a binding, or of the source where it binds by itself."""
        return self._first((f"binding:{name}", ""), ("data", "source"))

    def transform(self, position: int) -> Span | None:
        """The place of a transform, by its position among them."""
        return self._first((f"transform:{position}", ""))

    def _first(self, *keys: tuple[str, str]) -> Span | None:
        for key in (*keys, ("data", "")):
            origin = self.origins.table.get(key)
            if origin is not None:
                return origin.span
        return None
