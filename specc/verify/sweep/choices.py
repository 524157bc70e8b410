"""Random choices that a seed fixes, and that lean to what was chosen least."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

__all__ = ["Choices"]

T = TypeVar("T")


@dataclass
class Choices:
    """A stream of random choices; `used` counts how often each thing was chosen before."""

    random: np.random.Generator
    used: Counter[Hashable]

    @classmethod
    def seeded(cls, seed: tuple[int, ...], used: Counter[Hashable]) -> Choices:
        """A stream of its own for each seed."""
        bits = np.random.Philox(np.random.SeedSequence(seed))
        return cls(np.random.Generator(bits), used)

    def chance(self, probability: float) -> bool:
        """Whether something of that probability happens."""
        return bool(self.random.random() < probability)

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return int(self.random.integers(low, high + 1))

    def real(self, low: float, high: float) -> float:
        """A positive number between two others, on a logarithmic scale, of three digits."""
        return float(f"{low * (high / low) ** self.random.random():.3g}")

    def one(self, items: Sequence[T]) -> T:
        """One of some things, all alike."""
        return items[int(self.random.integers(len(items)))]

    def rare(self, items: Sequence[T], keys: Sequence[Hashable]) -> T:
        """One of some things, sooner one whose key was used less often."""
        weights = np.array([1.0 / (1 + self.used[key]) ** 2 for key in keys])
        place = self.random.choice(len(items), p=weights / weights.sum())
        return items[int(place)]
