"""Penalties whose factors are not rounded to float32, as those of Keras are."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic, reportOperatorIssue=false, reportReturnType=false

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="specc")
class L1(keras.regularizers.Regularizer):
    """factor · Σ |w|."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        return self.factor * keras.ops.sum(keras.ops.abs(x))

    def get_config(self) -> dict[str, float]:
        return {"factor": self.factor}


@keras.saving.register_keras_serializable(package="specc")
class L2(keras.regularizers.Regularizer):
    """factor · Σ w²."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        return self.factor * keras.ops.sum(keras.ops.square(x))

    def get_config(self) -> dict[str, float]:
        return {"factor": self.factor}


@keras.saving.register_keras_serializable(package="specc")
class L1L2(keras.regularizers.Regularizer):
    """l1 · Σ |w| + l2 · Σ w²."""

    def __init__(self, l1: float, l2: float) -> None:
        self.l1 = l1
        self.l2 = l2

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        absolute = keras.ops.sum(keras.ops.abs(x))
        return self.l1 * absolute + self.l2 * keras.ops.sum(keras.ops.square(x))

    def get_config(self) -> dict[str, float]:
        return {"l1": self.l1, "l2": self.l2}
