"""Losses: the expression that gives the losses of all entries.

A rule takes the loss, whether the predictions are logits, the number of classes, and the
expressions of targets and predictions, which have one shape (class numbers lack the last
axis).
"""

from __future__ import annotations

from collections.abc import Callable

from specc.catalog.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from specc.catalog.losses.regression import MeanSquaredError
from specc.emit.lowering import How
from specc.emit.source import Expression, call, literal
from specc.emit.use import Use

from .plan import TABLE

__all__: list[str] = []


@TABLE.rule(MeanSquaredError, exact="tf.math.squared_difference")
def mse(
    loss: MeanSquaredError,
    logits: bool,
    classes: int,
    targets: Expression,
    predictions: Expression,
) -> Expression:
    """Write the squares."""
    return call("tf.math.squared_difference", predictions, targets)


def _smoothed(targets: Expression, share: float, classes: int) -> Expression:
    """The targets drawn towards the uniform distribution."""
    if not share:
        return targets
    return call("smooth", targets, literal(share), classes=literal(classes))


def _of_logits(function: str) -> Callable[[Use], How]:
    """What is said of a loss that is a function of TensorFlow's where it takes logits."""
    exact = How(f"tf.nn.{function}", exact=True)
    formula = "of probabilities, clipped to 1e-7 … 1 - 1e-7, by formula"
    formula += "; Keras would look for their logits"
    otherwise = How(formula, exact=False)
    return lambda use: exact if use.takes_logits else otherwise


_CLIPPED = " on logits; on probabilities its formula, without Keras's search for logits"


@TABLE.rule(
    BinaryCrossentropy,
    exact="tf.nn.sigmoid_cross_entropy_with_logits" + _CLIPPED,
    here=_of_logits("sigmoid_cross_entropy_with_logits"),
)
def binary_crossentropy(
    loss: BinaryCrossentropy,
    logits: bool,
    classes: int,
    targets: Expression,
    predictions: Expression,
) -> Expression:
    """Write the cross-entropy of yes or no."""
    labels = _smoothed(targets, loss.label_smoothing, 2)
    if not logits:
        return call("binary_crossentropy", labels, predictions)
    return call(
        "tf.nn.sigmoid_cross_entropy_with_logits", labels=labels, logits=predictions
    )


@TABLE.rule(
    CategoricalCrossentropy,
    exact="tf.nn.softmax_cross_entropy_with_logits" + _CLIPPED,
    here=_of_logits("softmax_cross_entropy_with_logits"),
)
def categorical_crossentropy(
    loss: CategoricalCrossentropy,
    logits: bool,
    classes: int,
    targets: Expression,
    predictions: Expression,
) -> Expression:
    """Write the cross-entropy of one-hot rows."""
    labels = _smoothed(targets, loss.label_smoothing, classes)
    if not logits:
        return call("categorical_crossentropy", labels, predictions)
    return call(
        "tf.nn.softmax_cross_entropy_with_logits", labels=labels, logits=predictions
    )


@TABLE.rule(
    SparseCategoricalCrossentropy,
    exact="tf.nn.sparse_softmax_cross_entropy_with_logits" + _CLIPPED,
    here=_of_logits("sparse_softmax_cross_entropy_with_logits"),
)
def sparse_categorical_crossentropy(
    loss: SparseCategoricalCrossentropy,
    logits: bool,
    classes: int,
    targets: Expression,
    predictions: Expression,
) -> Expression:
    """Write the cross-entropy of class numbers."""
    if not logits:
        return call("sparse_categorical_crossentropy", targets, predictions)
    return call(
        "tf.nn.sparse_softmax_cross_entropy_with_logits",
        labels=targets,
        logits=predictions,
    )
