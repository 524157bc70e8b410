"""Dropout whose masks can be given from outside."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic, reportReturnType=false

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf
from keras import layers

from .types import Tensors


@keras.saving.register_keras_serializable(package="specc")
class Dropout(layers.Dropout):
    """Keras's dropout, or with the mask `keep` where one is set."""

    keep: Any = None

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        if not training or self.keep is None:
            return super().call(inputs, training=training)
        # The scale is rounded once, to the type of the inputs.
        return inputs * (tf.cast(self.keep, inputs.dtype) * (1.0 / (1.0 - self.rate)))


@keras.saving.register_keras_serializable(package="specc")
class AlphaDropout(layers.AlphaDropout):
    """Keras's alpha dropout, or with the mask `keep` where one is set."""

    keep: Any = None

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        if not training or self.keep is None:
            return super().call(inputs, training=training)
        floor = -1.7580993408473766  # SELU's limit at −∞
        scale = ((1.0 - self.rate) * (1.0 + self.rate * floor**2)) ** -0.5
        kept = keras.ops.where(self.keep, inputs, floor)
        return scale * kept - scale * self.rate * floor


@contextmanager
def use_masks(model: keras.Model, masks: Tensors) -> Iterator[None]:
    """Let dropout layers, named by the keys, keep what the masks say."""
    for name, mask in masks.items():
        model.get_layer(name).keep = mask
    try:
        yield
    finally:
        for name in masks:
            model.get_layer(name).keep = None
