"""Another scale, with constants in the precision of the model."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic, reportReturnType=false

import keras
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable(package="specc")
class Rescaling(layers.Rescaling):
    """Keras's layer, whose numbers are not rounded to float32 before float64."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        dtype = self.compute_dtype
        factor = tf.constant(self.scale, dtype)
        return tf.cast(inputs, dtype) * factor + tf.constant(self.offset, dtype)
