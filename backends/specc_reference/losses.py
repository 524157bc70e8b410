"""Losses: how the object that computes each is written.

A rule takes the loss and the objective it belongs to; the predictions it will see are
logits where the objective takes the input of the last activation, or where the spec says
that the output holds logits.
"""

from __future__ import annotations

from specc.catalog.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from specc.catalog.losses.regression import MeanSquaredError
from specc.emit.source import Expression, call, literal
from specc.ir import Objective

from .plan import TABLE

__all__: list[str] = []


@TABLE.rule(MeanSquaredError, emulated=MeanSquaredError.formula)
def mse(loss: MeanSquaredError, objective: Objective) -> Expression:
    """Write the mean of squares."""
    return call("MeanSquaredError")


@TABLE.rule(BinaryCrossentropy, emulated=BinaryCrossentropy.formula)
def binary_crossentropy(loss: BinaryCrossentropy, objective: Objective) -> Expression:
    """Write the cross-entropy of yes or no."""
    return call(
        "BinaryCrossentropy",
        logits=literal(objective.logits or loss.from_logits),
        label_smoothing=literal(loss.label_smoothing),
    )


@TABLE.rule(CategoricalCrossentropy, emulated=CategoricalCrossentropy.formula)
def categorical_crossentropy(
    loss: CategoricalCrossentropy, objective: Objective
) -> Expression:
    """Write the cross-entropy of one-hot rows."""
    return call(
        "CategoricalCrossentropy",
        logits=literal(objective.logits or loss.from_logits),
        label_smoothing=literal(loss.label_smoothing),
    )


@TABLE.rule(
    SparseCategoricalCrossentropy, emulated=SparseCategoricalCrossentropy.formula
)
def sparse_categorical_crossentropy(
    loss: SparseCategoricalCrossentropy, objective: Objective
) -> Expression:
    """Write the cross-entropy of class numbers."""
    return call(
        "SparseCategoricalCrossentropy",
        logits=literal(objective.logits or loss.from_logits),
    )
