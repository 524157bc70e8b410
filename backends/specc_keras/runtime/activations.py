"""Activations that Keras rounds or forgets."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic, reportReturnType=false

from typing import Any

import keras
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable(package="specc")
class LeakyReLU(layers.LeakyReLU):
    """Leaky ReLU whose slope is not rounded to float32, as TensorFlow's kernel does."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return keras.ops.where(inputs > 0, inputs, self.negative_slope * inputs)


@keras.saving.register_keras_serializable(package="specc")
class ELU(layers.ELU):
    """Keras's ELU, which forgets its alpha when it is saved."""

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha}
