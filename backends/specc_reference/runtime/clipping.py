"""Gradient clipping. Each function also returns the norm that it looked at."""

import math

import numpy as np


def joint_norm(arrays: list[np.ndarray]) -> float:
    """Return ‖g‖ = √(Σ g²) over all entries of all arrays."""
    return math.sqrt(sum(float((array**2).sum()) for array in arrays))


def clip_by_value(
    gradients: dict[str, np.ndarray], limit: float
) -> tuple[dict[str, np.ndarray], float]:
    """Bring every entry into [−limit, limit]; the norm is the largest |g|."""
    largest = float(np.max([np.abs(g).max() for g in gradients.values()]))
    return {path: np.clip(g, -limit, limit) for path, g in gradients.items()}, largest


def clip_by_norm(
    gradients: dict[str, np.ndarray], limit: float
) -> tuple[dict[str, np.ndarray], float]:
    """Scale each gradient to a norm of at most `limit`: g · c / max(‖g‖, c).

    The norm that is returned is the largest of all.
    """
    norms = {path: joint_norm([g]) for path, g in gradients.items()}
    clipped = {
        path: g * (limit / np.maximum(norms[path], limit))
        for path, g in gradients.items()
    }
    return clipped, float(np.max(list(norms.values())))


def clip_by_global_norm(
    gradients: dict[str, np.ndarray], limit: float
) -> tuple[dict[str, np.ndarray], float]:
    """Scale all gradients by one factor: g · c / max(‖g‖, c), ‖g‖ of all."""
    total = joint_norm(list(gradients.values()))
    factor = limit / np.maximum(total, limit)
    return {path: g * factor for path, g in gradients.items()}, total
