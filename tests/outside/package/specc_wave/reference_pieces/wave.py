"""The pieces in NumPy, from the formulas."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Snake:
    """f(x) = x + sin²(frequency · x) / frequency."""

    frequency: float

    def value(self, x: np.ndarray) -> np.ndarray:
        """Return f(x)."""
        return x + np.sin(self.frequency * x) ** 2 / self.frequency

    def backward(self, x: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """Return the gradient at x: that at f(x) times 1 + sin(2 · frequency · x)."""
        return gradient * (1.0 + np.sin(2.0 * self.frequency * x))


@dataclass(frozen=True)
class Bounded:
    """w ← min(max(w, −limit), limit)."""

    limit: float

    def project(self, w: np.ndarray) -> np.ndarray:
        """Return the weight after projection."""
        return np.minimum(np.maximum(w, -self.limit), self.limit)
