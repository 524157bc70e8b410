"""Time steps as so many examples more, and back."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic, reportReturnType=false, reportArgumentType=false

from typing import Any

import keras
import tensorflow as tf
from keras import layers


def sizes_of(array: tf.Tensor) -> list[Any]:
    """Return the sizes of an array's axes: numbers where they are known."""
    at_run_time = tf.shape(array)
    known = enumerate(array.shape)
    return [at_run_time[axis] if size is None else size for axis, size in known]


@keras.saving.register_keras_serializable(package="specc")
class FoldSteps(layers.Layer):
    """Folds so many axes after the batch into it, in row-major order."""

    def __init__(self, axes: int, **options: Any) -> None:
        super().__init__(**options)
        self.axes = axes

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return tf.reshape(inputs, [-1, *sizes_of(inputs)[1 + self.axes :]])

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return (None, *input_shape[1 + self.axes :])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axes": self.axes}


@keras.saving.register_keras_serializable(package="specc")
class UnfoldSteps(layers.Layer):
    """Undoes FoldSteps: takes what was made of the steps, and an array that has them."""

    def __init__(self, axes: int, **options: Any) -> None:
        super().__init__(**options)
        self.axes = axes

    def call(self, inputs: list[tf.Tensor]) -> tf.Tensor:
        made, before = inputs
        steps = sizes_of(before)[1 : 1 + self.axes]
        return tf.reshape(made, [-1, *steps, *sizes_of(made)[1:]])

    def compute_output_shape(
        self, input_shape: list[tuple[int | None, ...]]
    ) -> tuple[int | None, ...]:
        made, before = input_shape
        return (*before[: 1 + self.axes], *made[1:])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axes": self.axes}
