"""Gradient clipping."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

import tensorflow as tf

from .types import Tensors


def clip_by_value(gradients: Tensors, limit: float) -> Tensors:
    """Bring every entry into [−limit, limit]."""
    return {
        path: tf.clip_by_value(gradient, -limit, limit)
        for path, gradient in gradients.items()
    }


def clip_by_norm(gradients: Tensors, limit: float) -> Tensors:
    """Scale each gradient down to a norm of `limit`: g · c / max(‖g‖, c)."""
    return {
        path: gradient * (limit / tf.maximum(tf.norm(gradient), limit))
        for path, gradient in gradients.items()
    }


def clip_by_global_norm(gradients: Tensors, limit: float) -> Tensors:
    """Scale all gradients by one factor: g · c · min(1 / ‖g‖, 1 / c), ‖g‖ of all."""
    total = tf.linalg.global_norm(list(gradients.values()))
    factor = limit * tf.minimum(1.0 / total, 1.0 / limit)
    return {path: gradient * factor for path, gradient in gradients.items()}
