"""The pieces in Keras and TensorFlow."""

from typing import Any

import keras
import tensorflow as tf


def focal(targets: tf.Tensor, probabilities: tf.Tensor, gamma: float) -> tf.Tensor:
    """Return the focal loss of every entry, of probabilities."""
    p = tf.clip_by_value(probabilities, 1e-7, 1.0 - 1e-7)
    yes = (1.0 - p) ** gamma * tf.math.log(p)
    no = p**gamma * tf.math.log(1.0 - p)
    return -targets * yes - (1.0 - targets) * no


def focal_of_logits(targets: tf.Tensor, logits: tf.Tensor, gamma: float) -> tf.Tensor:
    """Return the focal loss of every entry, of logits."""
    log_p, log_q = tf.math.log_sigmoid(logits), tf.math.log_sigmoid(-logits)
    yes, no = tf.exp(gamma * log_q) * log_p, tf.exp(gamma * log_p) * log_q
    return -targets * yes - (1.0 - targets) * no


class Blackout(keras.layers.Layer):
    """Sets entries to zero in training, as the mask `keep` says where one is set."""

    keep: Any = None

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Return x · keep."""
        if not training or self.keep is None:
            return inputs
        return inputs * tf.cast(self.keep, inputs.dtype)
