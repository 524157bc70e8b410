"""Gradient clipping."""

import math

import numpy as np


def joint_norm(arrays: list[np.ndarray]) -> float:
    """Return ‖g‖ = √(Σ g²) over all entries of all arrays."""
    return math.sqrt(sum(float((array**2).sum()) for array in arrays))


def clip_by_value(
    gradients: dict[str, np.ndarray], limit: float
) -> dict[str, np.ndarray]:
    """Bring every entry into [−limit, limit]."""
    return {path: np.clip(g, -limit, limit) for path, g in gradients.items()}


def clip_by_norm(
    gradients: dict[str, np.ndarray], limit: float
) -> dict[str, np.ndarray]:
    """Scale each gradient down to a norm of `limit`: g · c / max(‖g‖, c)."""
    return {
        path: g * limit / max(joint_norm([g]), limit) for path, g in gradients.items()
    }


def clip_by_global_norm(
    gradients: dict[str, np.ndarray], limit: float
) -> dict[str, np.ndarray]:
    """Scale all gradients by one factor: g · c · min(1 / ‖g‖, 1 / c), ‖g‖ of all."""
    total = joint_norm(list(gradients.values()))
    factor = limit * min(1.0 / total, 1.0 / limit) if total > 0 else 1.0
    return {path: g * factor for path, g in gradients.items()}
