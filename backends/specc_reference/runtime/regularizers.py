"""Regularizers: a penalty on a weight, and its gradient."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class L1L2:
    """l1 · Σ |w| + l2 · Σ w²; the derivative of |w| at 0 is 0."""

    l1: float
    l2: float

    def penalty(self, w: np.ndarray) -> float:
        """Return the penalty."""
        return float(self.l1 * np.abs(w).sum() + self.l2 * (w**2).sum())

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """Return the penalty's gradient at w."""
        return self.l1 * np.sign(w) + 2.0 * self.l2 * w


@dataclass(frozen=True)
class L1:
    """factor · Σ |w|; the derivative of |w| at 0 is 0."""

    factor: float

    def penalty(self, w: np.ndarray) -> float:
        """Return the penalty."""
        return float(self.factor * np.abs(w).sum())

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """Return the penalty's gradient at w."""
        return self.factor * np.sign(w)


@dataclass(frozen=True)
class L2:
    """factor · Σ w²."""

    factor: float

    def penalty(self, w: np.ndarray) -> float:
        """Return the penalty."""
        return float(self.factor * (w**2).sum())

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """Return the penalty's gradient at w."""
        return 2.0 * self.factor * w
