"""Losses of probabilities, and means of losses."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

import tensorflow as tf

NEAR_ZERO = 1e-7  # probabilities are kept this far from 0 and 1


def clip_probabilities(p: tf.Tensor) -> tf.Tensor:
    """Bring probabilities into [1e-7, 1 − 1e-7]."""
    return tf.clip_by_value(p, NEAR_ZERO, 1.0 - NEAR_ZERO)


def binary_crossentropy(targets: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """Return −y · log p − (1 − y) · log(1 − p) of every entry."""
    p = clip_probabilities(probabilities)
    return -targets * tf.math.log(p) - (1.0 - targets) * tf.math.log(1.0 - p)


def categorical_crossentropy(targets: tf.Tensor, probabilities: tf.Tensor) -> tf.Tensor:
    """Return −Σ y · log p over the last axis; p is divided by its sum, then clipped."""
    total = tf.reduce_sum(probabilities, axis=-1, keepdims=True)
    p = clip_probabilities(probabilities / total)
    return -tf.reduce_sum(targets * tf.math.log(p), axis=-1)


def sparse_categorical_crossentropy(
    targets: tf.Tensor, probabilities: tf.Tensor
) -> tf.Tensor:
    """Return −log p[target]; p is clipped, then divided by its sum."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=targets, logits=tf.math.log(clip_probabilities(probabilities))
    )


def smooth(targets: tf.Tensor, part: float, classes: int) -> tf.Tensor:
    """Draw targets towards 1 / classes by a part of the way."""
    return targets * (1.0 - part) + part / classes


def batch_mean(losses: tf.Tensor, weights: tf.Tensor | None = None) -> tf.Tensor:
    """Return Σ wᵢ · lᵢ / N, where lᵢ is the mean of the entries of example i."""
    each = tf.reduce_mean(losses, axis=list(range(1, len(losses.shape))))
    return tf.reduce_mean(each if weights is None else weights * each)
