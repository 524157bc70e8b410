"""Batch normalization."""

import numpy as np

from .layer import Layer


class BatchNormalization(Layer):
    """y = gamma · (x − μ) / √(σ² + epsilon) + beta.

    In training μ and σ² are the batch's mean and variance (divided by the number of
    entries) over all axes but `axes`, and moving ← momentum · moving + (1 − momentum) ·
    batch; in inference they are the moving ones. `axes` count the batch as 0;
    `features` are the sizes of those axes.
    """

    def __init__(
        self,
        features: tuple[int, ...],
        axes: tuple[int, ...],
        momentum: float,
        epsilon: float,
        center: bool,
        scale: bool,
    ) -> None:
        super().__init__()
        self.axes = axes
        self.momentum = momentum
        self.epsilon = epsilon
        if scale:
            self.weights["gamma"] = np.ones(features)
        if center:
            self.weights["beta"] = np.zeros(features)
        self.buffers["moving_mean"] = np.zeros(features)
        self.buffers["moving_variance"] = np.ones(features)

    def forward(
        self, inputs: list[np.ndarray], training: bool, keep: np.ndarray | None
    ) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, bool]]:
        (x,) = inputs
        others = tuple(axis for axis in range(x.ndim) if axis not in self.axes)
        mean, variance = self.buffers["moving_mean"], self.buffers["moving_variance"]
        if training:
            mean, variance = x.mean(axis=others), x.var(axis=others)
            self._move("moving_mean", mean)
            self._move("moving_variance", variance)
        root = np.sqrt(self._spread(variance, x.ndim) + self.epsilon)
        standard = (x - self._spread(mean, x.ndim)) / root
        y = standard
        if "gamma" in self.weights:
            y = self._spread(self.weights["gamma"], x.ndim) * y
        if "beta" in self.weights:
            y = y + self._spread(self.weights["beta"], x.ndim)
        return y, (standard, root, training)

    def backward(
        self, gradient: np.ndarray, memory: tuple[np.ndarray, np.ndarray, bool]
    ) -> tuple[list[np.ndarray], dict[str, np.ndarray]]:
        standard, root, training = memory
        others = tuple(axis for axis in range(gradient.ndim) if axis not in self.axes)
        found: dict[str, np.ndarray] = {}
        at_standard = gradient
        if "gamma" in self.weights:
            found["gamma"] = (gradient * standard).sum(axis=others)
            gamma = self._spread(self.weights["gamma"], gradient.ndim)
            at_standard = gradient * gamma
        if "beta" in self.weights:
            found["beta"] = gradient.sum(axis=others)
        if training:  # μ and σ² depend on x too
            along = (at_standard * standard).mean(axis=others, keepdims=True) * standard
            at_standard = at_standard - at_standard.mean(others, keepdims=True) - along
        return [at_standard / root], found

    def _move(self, slot: str, batch: np.ndarray) -> None:
        """Draw a moving statistic towards the batch's."""
        kept = self.momentum * self.buffers[slot]
        self.buffers[slot] = kept + (1.0 - self.momentum) * batch

    def _spread(self, features: np.ndarray, rank: int) -> np.ndarray:
        """Return the features with axes of size 1 for all others of an array."""
        others = [axis for axis in range(rank) if axis not in self.axes]
        return np.expand_dims(features, others)
