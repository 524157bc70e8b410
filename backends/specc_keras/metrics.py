"""Metrics: the expression that gives each for a batch.

A rule takes the metric, the loss beside it, and the expressions of targets and outputs.
"""

from __future__ import annotations

from specc.catalog.families import Loss
from specc.catalog.metrics.accuracy import Accuracy
from specc.catalog.metrics.errors import MeanAbsoluteError
from specc.emit.source import Expression, call, literal
from specc.emit.use import Use

from .plan import TABLE

__all__: list[str] = []


def _accuracy(use: Use) -> str:
    assert use.objective is not None, "a metric belongs to an output"
    what = "a threshold" if use.objective.loss.target == "binary" else "tf.argmax"
    return f"{what}, and a mean in float64; Keras's is float32"


@TABLE.rule(
    Accuracy,
    emulated="tf.argmax or a threshold, and a mean in float64; Keras's is float32",
    here=_accuracy,
)
def accuracy(
    metric: Accuracy, loss: Loss, targets: Expression, outputs: Expression
) -> Expression:
    """Write the share of right classes, which the loss tells how to read."""
    if loss.target == "binary":
        threshold = 0.0 if loss.takes_logits() else 0.5
        return call("binary_accuracy", targets, outputs, threshold=literal(threshold))
    sparse = loss.target == "classes"
    kind = "sparse_accuracy" if sparse else "categorical_accuracy"
    return call(kind, targets, outputs)


@TABLE.rule(MeanAbsoluteError, emulated=MeanAbsoluteError.formula)
def mae(
    metric: MeanAbsoluteError, loss: Loss, targets: Expression, outputs: Expression
) -> Expression:
    """Write the mean of absolute differences."""
    return call("mean_absolute_error", targets, outputs)
