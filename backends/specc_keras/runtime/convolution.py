"""Convolution that keeps clear of a fault of TensorFlow's."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic, reportArgumentType=false

import keras
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable(package="specc")
class SidewaysConv2D(layers.Conv2D):
    """Keras's convolution, computed with rows and columns exchanged.

    For float32 images of one channel, strides (1, 2) or (1, more) and one column of
    output, TensorFlow 2.21 reads memory beside the image on CPUs.
    """

    def convolution_op(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        outputs = keras.ops.conv(
            tf.transpose(inputs, (0, 2, 1, 3)),
            tf.transpose(kernel, (1, 0, 2, 3)),
            strides=self.strides[::-1],
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate[::-1],
        )
        return tf.transpose(outputs, (0, 2, 1, 3))
