"""Constraints: projections of a weight after an update."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class MaxNorm:
    """w ← w · clip(n, 0, max_value) / (1e-7 + n), n = √(Σ w² over axis)."""

    max_value: float
    axis: tuple[int, ...]

    def project(self, w: np.ndarray) -> np.ndarray:
        """Return the weight after projection."""
        norm = np.sqrt((w**2).sum(axis=self.axis, keepdims=True))
        return w * np.clip(norm, 0.0, self.max_value) / (1e-7 + norm)
