"""Metrics: figures of a batch."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic

import tensorflow as tf


def share(right: tf.Tensor) -> tf.Tensor:
    """Return the share of entries that are true, in float64."""
    return tf.reduce_mean(tf.cast(right, tf.float64))


def sparse_accuracy(targets: tf.Tensor, predictions: tf.Tensor) -> tf.Tensor:
    """Return the share of class numbers that the largest prediction names."""
    return share(tf.equal(tf.argmax(predictions, axis=-1), targets))


def categorical_accuracy(targets: tf.Tensor, predictions: tf.Tensor) -> tf.Tensor:
    """Return the share of rows whose largest prediction is where the target's is."""
    classes = tf.argmax(targets, axis=-1)
    return share(tf.equal(tf.argmax(predictions, axis=-1), classes))


def binary_accuracy(
    targets: tf.Tensor, predictions: tf.Tensor, threshold: float
) -> tf.Tensor:
    """Return the share of entries on the target's side of the threshold."""
    sides = tf.cast(predictions > threshold, targets.dtype)
    return share(tf.equal(sides, targets))


def mean_absolute_error(targets: tf.Tensor, predictions: tf.Tensor) -> tf.Tensor:
    """Return the mean of absolute differences."""
    return tf.reduce_mean(tf.abs(predictions - targets))
