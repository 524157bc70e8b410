"""Cross-entropies, for targets that are classes."""

from typing import ClassVar

from pydantic import Field

from ..families import ProbabilityLoss, TargetKind
from ..types import Fraction

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
]

_SOURCE = "Good 1952, doi:10.1111/j.2517-6161.1952.tb00104.x"


class BinaryCrossentropy(ProbabilityLoss):
    """Cross-entropy of yes-or-no targets (0 or 1), mean over an output's entries and the batch.

    Where the output ends in sigmoid it is computed from the logits, which loses no
    precision at saturation; otherwise from probabilities clipped to [1e-7, 1 − 1e-7].
    """

    keyword: ClassVar[str] = "binary_crossentropy"
    formula: ClassVar[str] = (
        "mean (max(z, 0) − z · y + log(1 + exp(−|z|))), z the logit,"
        " y = target · (1 − label_smoothing) + label_smoothing / 2"
    )
    reference: ClassVar[str] = _SOURCE
    example: ClassVar[str] = "loss = binary_crossentropy"
    fuses: ClassVar[str | None] = "sigmoid"
    target: ClassVar[TargetKind] = "binary"

    label_smoothing: Fraction = Field(
        default=0.0, description="share by which targets are drawn towards 1/2"
    )


class CategoricalCrossentropy(ProbabilityLoss):
    """Cross-entropy of one-hot targets over the last axis, mean over the rest and the batch.

    Where the output ends in softmax it is computed from the logits; otherwise from
    probabilities divided by their sum and clipped to [1e-7, 1 − 1e-7].
    """

    keyword: ClassVar[str] = "categorical_crossentropy"
    formula: ClassVar[str] = (
        "mean (−Σ y · log softmax(z)), z the logits,"
        " y = target · (1 − label_smoothing) + label_smoothing / classes"
    )
    reference: ClassVar[str] = _SOURCE
    example: ClassVar[str] = "loss = categorical_crossentropy(label_smoothing = 0.1)"
    fuses: ClassVar[str | None] = "softmax"
    target: ClassVar[TargetKind] = "one_hot"

    label_smoothing: Fraction = Field(
        default=0.0, description="share by which targets are drawn towards uniform"
    )


class SparseCategoricalCrossentropy(ProbabilityLoss):
    """Cross-entropy of class numbers over the last axis, mean over the rest and the batch.

    Where the output ends in softmax it is computed from the logits; otherwise from
    probabilities clipped to [1e-7, 1 − 1e-7] and divided by their sum.
    """

    keyword: ClassVar[str] = "sparse_categorical_crossentropy"
    formula: ClassVar[str] = "mean (−log softmax(z)[target]), z the logits"
    reference: ClassVar[str] = _SOURCE
    example: ClassVar[str] = "loss = sparse_categorical_crossentropy"
    fuses: ClassVar[str | None] = "softmax"
    target: ClassVar[TargetKind] = "classes"
