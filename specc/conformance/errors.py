"""How a check ends that does not pass."""

from __future__ import annotations

__all__ = ["Broken", "Unsupported"]


class Broken(AssertionError):
    """The subject does not do what the contract says."""


class Unsupported(Exception):
    """The backend refuses what the check needs; the message is its reason."""
