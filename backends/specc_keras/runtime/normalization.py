"""Batch normalization over several axes."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic, reportArgumentType=false

from typing import Any

import keras
import tensorflow as tf
from keras import layers


@keras.saving.register_keras_serializable(package="specc")
class MultiAxisBatchNormalization(layers.BatchNormalization):
    """Batch normalization that keeps statistics along several axes; Keras's has one.

    `axes` are sorted and counted from the batch, which is 0. Weights and buffers have
    the sizes of these axes.
    """

    def __init__(self, axes: tuple[int, ...], **options: Any) -> None:
        super().__init__(**options)
        self.axes = tuple(axes)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        places = range(len(input_shape))
        self.along = tuple(i for i in places if i not in self.axes)
        shape = tuple(input_shape[axis] for axis in self.axes)
        if self.scale:
            self.gamma = self.add_weight(
                shape=shape,
                initializer="ones",
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                shape=shape,
                initializer="zeros",
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                name="beta",
            )
        self.moving_mean = self.add_weight(
            shape=shape, initializer="zeros", trainable=False, name="moving_mean"
        )
        self.moving_variance = self.add_weight(
            shape=shape, initializer="ones", trainable=False, name="moving_variance"
        )

    def call(
        self, inputs: tf.Tensor, training: bool = False, mask: Any = None
    ) -> tf.Tensor:
        mean, variance = self.moving_mean.value, self.moving_variance.value
        if training and self.trainable:
            mean, variance = tf.nn.moments(inputs, self.along)
            for moving, batch in (
                (self.moving_mean, mean),
                (self.moving_variance, variance),
            ):
                kept = moving * self.momentum
                moving.assign(kept + batch * (1.0 - self.momentum))

        def spread(array: Any) -> tf.Tensor:
            """Put axes of size 1 where the array has none of its own."""
            for axis in self.along:
                array = tf.expand_dims(array, axis)
            return array

        return tf.nn.batch_normalization(
            inputs,
            spread(mean),
            spread(variance),
            spread(self.beta.value) if self.center else None,
            spread(self.gamma.value) if self.scale else None,
            self.epsilon,
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axes": self.axes}
