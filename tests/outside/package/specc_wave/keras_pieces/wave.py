"""The pieces in Keras."""

from typing import Any

import keras


class Snake(keras.layers.Layer):
    """x + sin²(frequency · x) / frequency."""

    def __init__(self, frequency: float, **options: Any) -> None:
        super().__init__(**options)
        self.frequency = frequency

    def call(self, inputs: Any) -> Any:
        """Return the activation of each entry."""
        ripple = keras.ops.square(keras.ops.sin(self.frequency * inputs))
        return inputs + ripple / self.frequency


class Bounded(keras.constraints.Constraint):
    """Keeps the entries of a weight between -limit and limit."""

    def __init__(self, limit: float) -> None:
        self.limit = limit

    def __call__(self, w: Any) -> Any:
        return keras.ops.clip(w, -self.limit, self.limit)
