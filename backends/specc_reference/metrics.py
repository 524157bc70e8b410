"""Metrics: how the object that computes each is written.

A rule takes the metric and the objective it belongs to.
"""

from __future__ import annotations

from specc.catalog.metrics.accuracy import Accuracy
from specc.catalog.metrics.errors import MeanAbsoluteError
from specc.emit.source import Expression, call, literal
from specc.ir import Objective

from .plan import TABLE

__all__: list[str] = []


@TABLE.rule(Accuracy, emulated=Accuracy.formula)
def accuracy(metric: Accuracy, objective: Objective) -> Expression:
    """Write the share of right classes, which the loss tells how to read."""
    loss = objective.loss
    if loss.target == "binary":
        threshold = 0.0 if loss.takes_logits() else 0.5
        return call("BinaryAccuracy", threshold=literal(threshold))
    sparse = loss.target == "classes"
    return call("SparseAccuracy" if sparse else "CategoricalAccuracy")


@TABLE.rule(MeanAbsoluteError, emulated=MeanAbsoluteError.formula)
def mae(metric: MeanAbsoluteError, objective: Objective) -> Expression:
    """Write the mean of absolute differences."""
    return call("MeanAbsoluteError")
