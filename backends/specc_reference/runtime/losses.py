"""Losses: a number for each example, and its gradient."""

from dataclasses import dataclass

import numpy as np

from .activations import Softmax, log_softmax, sigmoid

NEAR_ZERO = 1e-7  # probabilities are kept this far from 0 and 1


class Loss:
    """The mean of one number for each entry of an example.

    `predictions` are probabilities, logits or values; the batch is their first axis.
    """

    def shape(self, targets: np.ndarray, predictions: np.ndarray) -> np.ndarray:
        """Return the targets in the shape that `entries` takes."""
        return targets.astype(np.float64).reshape(predictions.shape)

    def entries(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of every entry."""
        raise NotImplementedError

    def slopes(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the gradient of the sum of all entries' losses at the predictions."""
        raise NotImplementedError

    def values(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each example: the mean of its entries."""
        entries = self.entries(predictions, self.shape(targets, predictions))
        return entries.reshape(len(predictions), -1).mean(axis=1)

    def gradients(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the gradient of each example's loss at its predictions."""
        targets = self.shape(targets, predictions)
        entries = self.entries(predictions, targets)
        return self.slopes(predictions, targets) * (len(entries) / entries.size)


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """(prediction − target)²."""

    def entries(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return (predictions - targets) ** 2

    def slopes(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return 2.0 * (predictions - targets)


def clip_probabilities(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return p clipped to [1e-7, 1 − 1e-7], and where that changed nothing."""
    clipped = np.clip(p, NEAR_ZERO, 1.0 - NEAR_ZERO)
    return clipped, clipped == p


@dataclass(frozen=True)
class BinaryCrossentropy(Loss):
    """−y · log p − (1 − y) · log(1 − p), y = target · (1 − s) + s / 2, s the smoothing.

    For a logit z, p = sigmoid(z): max(z, 0) − z · y + log(1 + exp(−|z|)). A probability
    is first clipped to [1e-7, 1 − 1e-7]; where that changes it the gradient is 0.
    """

    logits: bool
    label_smoothing: float

    def _smooth(self, targets: np.ndarray) -> np.ndarray:
        return targets * (1.0 - self.label_smoothing) + self.label_smoothing / 2.0

    def entries(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        y = self._smooth(targets)
        if self.logits:
            z = predictions
            return np.maximum(z, 0.0) - z * y + np.log1p(np.exp(-np.abs(z)))
        p, _ = clip_probabilities(predictions)
        return -y * np.log(p) - (1.0 - y) * np.log(1.0 - p)

    def slopes(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        y = self._smooth(targets)
        if self.logits:
            return sigmoid(predictions) - y
        p, same = clip_probabilities(predictions)
        return same * ((1.0 - y) / (1.0 - p) - y / p)


@dataclass(frozen=True)
class CategoricalCrossentropy(Loss):
    """−Σ y · log q over the last axis, y = target · (1 − s) + s / classes.

    For logits z, q = softmax(z). Probabilities p are divided by their sum and then
    clipped, q = clip(p / Σ p, 1e-7, 1 − 1e-7); where that changes one its gradient is 0.
    """

    logits: bool
    label_smoothing: float

    def _smooth(self, targets: np.ndarray) -> np.ndarray:
        share = self.label_smoothing / targets.shape[-1]
        return targets * (1.0 - self.label_smoothing) + share

    def entries(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        y = self._smooth(targets)
        if self.logits:
            return -(y * log_softmax(predictions)).sum(axis=-1)
        q, _ = clip_probabilities(predictions / predictions.sum(axis=-1, keepdims=True))
        return -(y * np.log(q)).sum(axis=-1)

    def slopes(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        y = self._smooth(targets)
        if self.logits:
            return y.sum(axis=-1, keepdims=True) * Softmax().value(predictions) - y
        total = predictions.sum(axis=-1, keepdims=True)
        share = predictions / total
        q, same = clip_probabilities(share)
        at_share = same * (-y / q)
        return (at_share - (at_share * share).sum(axis=-1, keepdims=True)) / total


@dataclass(frozen=True)
class SparseCategoricalCrossentropy(Loss):
    """−log q[target] over the last axis; a target is the number of a class.

    For logits z, q = softmax(z). Probabilities p are clipped and then divided by their
    sum, c = clip(p, 1e-7, 1 − 1e-7), q = c / Σ c; where that changes one its gradient is 0.
    """

    logits: bool

    def shape(self, targets: np.ndarray, predictions: np.ndarray) -> np.ndarray:
        """Return the targets as rows with a single one.

        Raises:
            ValueError: a target is not the number of a class.
        """
        classes = np.arange(int(predictions.shape[-1]))
        numbers = targets.reshape(predictions.shape[:-1])
        one_hot: np.ndarray = np.equal(numbers[..., np.newaxis], classes)
        if not one_hot.any(axis=-1).all():
            raise ValueError(f"targets must be whole numbers from 0 to {classes[-1]}")
        return one_hot.astype(np.float64)

    def entries(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        if self.logits:
            return -(targets * log_softmax(predictions)).sum(axis=-1)
        c, _ = clip_probabilities(predictions)
        return np.log(c.sum(axis=-1)) - (targets * np.log(c)).sum(axis=-1)

    def slopes(self, predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
        if self.logits:
            return Softmax().value(predictions) - targets
        c, same = clip_probabilities(predictions)
        return same * (1.0 / c.sum(axis=-1, keepdims=True) - targets / c)
