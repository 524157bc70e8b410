"""Metrics: figures of a batch, means over its examples; sample weights play no part."""

from dataclasses import dataclass

import numpy as np


class Metric:
    """A figure of a batch."""

    def value(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        """Return the figure."""
        raise NotImplementedError


def share_equal(a: np.ndarray, b: np.ndarray) -> float:
    """Return the share of entries that are equal."""
    return float(np.mean(np.equal(a, b)))


@dataclass(frozen=True)
class SparseAccuracy(Metric):
    """mean [argmax prediction = target]; the first of equals is the largest."""

    def value(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        classes = predictions.argmax(axis=-1)
        return share_equal(classes, targets.reshape(classes.shape))


@dataclass(frozen=True)
class CategoricalAccuracy(Metric):
    """mean [argmax prediction = argmax target]; the first of equals is the largest."""

    def value(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        classes = targets.reshape(predictions.shape).argmax(axis=-1)
        return share_equal(predictions.argmax(axis=-1), classes)


@dataclass(frozen=True)
class BinaryAccuracy(Metric):
    """mean [(prediction > threshold) = target]; 1/2 for probabilities, 0 for logits."""

    threshold: float

    def value(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        classes = predictions > self.threshold
        return share_equal(classes, targets.reshape(predictions.shape))


@dataclass(frozen=True)
class MeanAbsoluteError(Metric):
    """mean |prediction − target|."""

    def value(self, predictions: np.ndarray, targets: np.ndarray) -> float:
        return float(np.mean(np.abs(predictions - targets.reshape(predictions.shape))))
