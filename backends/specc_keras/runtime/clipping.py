"""Gradient clipping. Each function also returns the norm that it looked at."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

import tensorflow as tf

from .types import Tensors


def clip_by_value(gradients: Tensors, limit: float) -> tuple[Tensors, tf.Tensor]:
    """Bring every entry into [−limit, limit]; the norm is the largest |g|."""
    sizes = [tf.reduce_max(tf.abs(gradient)) for gradient in gradients.values()]
    clipped = {
        path: tf.clip_by_value(gradient, -limit, limit)
        for path, gradient in gradients.items()
    }
    return clipped, tf.reduce_max(tf.stack(sizes))


def clip_by_norm(gradients: Tensors, limit: float) -> tuple[Tensors, tf.Tensor]:
    """Scale each gradient to a norm of at most `limit`: g · c / max(‖g‖, c).

    The norm that is returned is the largest of all.
    """
    norms = {path: tf.norm(gradient) for path, gradient in gradients.items()}
    clipped = {
        path: gradient * (limit / tf.maximum(norms[path], limit))
        for path, gradient in gradients.items()
    }
    return clipped, tf.reduce_max(tf.stack(list(norms.values())))


def clip_by_global_norm(gradients: Tensors, limit: float) -> tuple[Tensors, tf.Tensor]:
    """Scale all gradients by one factor: g · c · min(1 / ‖g‖, 1 / c), ‖g‖ of all."""
    total = tf.linalg.global_norm(list(gradients.values()))
    factor = limit * tf.minimum(1.0 / total, 1.0 / limit)
    return {path: gradient * factor for path, gradient in gradients.items()}, total
