"""Metrics."""

from ..families import Metric
from .accuracy import Accuracy
from .errors import MeanAbsoluteError

__all__ = ["METRICS", "Metric"]

METRICS = (Accuracy, MeanAbsoluteError)
