"""What a user sees of a comparison while it runs."""

from __future__ import annotations

__all__ = ["Watch"]


class Watch:
    """Shows nothing; what is shown elsewhere goes the same way."""

    def side(self, name: str, precision: str, stage: str) -> None:
        """A side begins a stage: ``start-up``, one of `STAGES`, or at last ``done``."""

    def comparing(self, precision: str) -> None:
        """All sides are done in a precision, and what they did is compared."""

    def end(self) -> None:
        """The comparison is over, in whatever way."""
