"""Optimizers whose scalars are computed in float64 outside the graph."""

# What comes from TensorFlow and Keras has hardly any types.
# pyright: basic, reportIncompatibleMethodOverride=false

import math
from typing import Any

import keras
import tensorflow as tf


class Adam(keras.optimizers.Adam):
    """Keras's Adam, with the bias correction of each step computed in float64.

    In float32, as Keras does it, the first steps are wrong by 1e-5. `update_step` takes
    what `scalars_at` gives for the learning rate.
    """

    def scalars_at(self, learning_rate: float, step: int) -> list[float]:
        """Return the rate corrected for bias, and ε; `step` counts from 0."""
        first = 1.0 - self.beta_1 ** (step + 1)
        second = math.sqrt(1.0 - self.beta_2 ** (step + 1))
        return [learning_rate * second / first, self.epsilon]

    def update_step(
        self, gradient: tf.Tensor, variable: Any, scalars: tf.Tensor
    ) -> None:
        rate, epsilon = tf.unstack(tf.cast(scalars, variable.dtype))
        # Keras keeps the slots in protected lists, for subclasses such as this one.
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        self.assign_add(m, (gradient - m) * (1.0 - self.beta_1))
        self.assign_add(v, (tf.square(gradient) - v) * (1.0 - self.beta_2))
        if self.amsgrad:
            largest = self._velocity_hats[index]
            self.assign(largest, tf.maximum(largest, v))
            v = largest
        self.assign_sub(variable, rate * m / (tf.sqrt(v) + epsilon))


class CorrectedAdam(Adam):
    """Adam that adds ε after the bias of the root is corrected, as PyTorch does.

    With c = √(1 − β₂ᵗ), m / (√v/c + ε) is c · m / (√v + c · ε).
    """

    def scalars_at(self, learning_rate: float, step: int) -> list[float]:
        """Return the rate corrected for bias, and c · ε; `step` counts from 0."""
        rate, epsilon = super().scalars_at(learning_rate, step)
        return [rate, epsilon * math.sqrt(1.0 - self.beta_2 ** (step + 1))]


class Nadam(keras.optimizers.Adam):
    """Adam with Nesterov's look-ahead, with the scalars of each step in float64.

    Keras's Nadam computes them in the weights' type. Here `update_step` takes what
    `scalars_at` gives for the learning rate.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.done, self.product = 0, 1.0

    def momentum_at(self, t: int) -> float:
        """Return μₜ = β₁ · (1 − 0.5 · 0.96ᵗ)."""
        return self.beta_1 * (1.0 - 0.5 * 0.96**t)

    def momentum_product(self, t: int) -> float:
        """Return Πₜ = μ₁ · … · μₜ, going on from where the last call ended."""
        if t < self.done:
            self.done, self.product = 0, 1.0
        while self.done < t:
            self.done += 1
            self.product *= self.momentum_at(self.done)
        return self.product

    def scalars_at(self, learning_rate: float, step: int) -> list[float]:
        """Return the rate, the factors of m and of g, and √(1 − β₂ᵗ); t = step + 1."""
        t = step + 1
        now, following = self.momentum_at(t), self.momentum_at(t + 1)
        product = self.momentum_product(t)
        of_momentum = following / (1.0 - product * following)
        of_gradient = (1.0 - now) / (1.0 - product)
        root = math.sqrt(1.0 - self.beta_2**t)
        return [learning_rate, of_momentum, of_gradient, root]

    def update_step(
        self, gradient: tf.Tensor, variable: Any, scalars: tf.Tensor
    ) -> None:
        rate, of_momentum, of_gradient, root = tf.unstack(
            tf.cast(scalars, variable.dtype)
        )
        # Keras keeps the slots in protected lists, for subclasses such as this one.
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        self.assign_add(m, (gradient - m) * (1.0 - self.beta_1))
        self.assign_add(v, (tf.square(gradient) - v) * (1.0 - self.beta_2))
        ahead = of_momentum * m + of_gradient * gradient
        self.assign_sub(variable, rate * ahead / (tf.sqrt(v) / root + self.epsilon))
