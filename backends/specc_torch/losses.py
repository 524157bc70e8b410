"""How losses are written: as expressions of an output and its target."""

from __future__ import annotations

from collections.abc import Callable

from specc.catalog.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from specc.catalog.losses.regression import MeanSquaredError
from specc.emit.lowering import How
from specc.emit.source import Call, call, literal
from specc.emit.use import Use

from .plan import TABLE
from .site import LossSite

__all__: list[str] = []

_CLIPPED = "clamp(1e-7, 1.0 - 1e-7)"


def _of_logits(function: str, otherwise: How) -> Callable[[Use], How]:
    """What is said of a loss that is a function of PyTorch's where it takes logits."""
    exact = How(f"torch.nn.functional.{function}", exact=True)
    return lambda use: exact if use.takes_logits else otherwise


_WRITTEN_OUT = How(
    "of probabilities, clipped to 1e-7 … 1 - 1e-7, by formula", exact=False
)


def _reduced(site: LossSite, function: str, output: str, target: str) -> Call:
    """A call of PyTorch's loss with the reduction that is wanted."""
    named = {} if site.reduction == "mean" else {"reduction": literal(site.reduction)}
    return call(function, output, target, **named)


def _smoothed(target: str, smoothing: float, classes: int | str) -> str:
    """The target drawn towards the uniform distribution over so many classes."""
    if not smoothing:
        return target
    return f"{target} * (1.0 - {smoothing!r}) + {smoothing!r} / {classes}"


def _rows(expression: str, site: LossSite, axes: int) -> str:
    """All places of all examples in a row, the last `axes` dimensions after them."""
    if site.rank <= 1:
        return expression
    return f"{expression}.flatten(0, {-1 - axes})"


@TABLE.rule(MeanSquaredError, exact="torch.nn.functional.mse_loss")
def mse(_: MeanSquaredError, site: LossSite) -> Call:
    """Write the mean of squared differences."""
    return _reduced(site, "F.mse_loss", site.output, site.target)


@TABLE.rule(
    BinaryCrossentropy,
    exact="torch.nn.functional.binary_cross_entropy_with_logits; of probabilities it is"
    " written out",
    here=_of_logits("binary_cross_entropy_with_logits", _WRITTEN_OUT),
)
def binary_crossentropy(loss: BinaryCrossentropy, site: LossSite) -> Call:
    """Write the cross-entropy of yes or no."""
    target = _smoothed(site.target, loss.label_smoothing, 2)
    if site.logits:
        function = "F.binary_cross_entropy_with_logits"
        return _reduced(site, function, site.output, target)
    value = call("binary_crossentropy", site.output, target)
    return value if site.reduction == "none" else call("torch.mean", value)


@TABLE.rule(
    CategoricalCrossentropy,
    exact="torch.nn.functional.cross_entropy; of probabilities it is written out",
    here=_of_logits("cross_entropy", _WRITTEN_OUT),
)
def categorical_crossentropy(loss: CategoricalCrossentropy, site: LossSite) -> Call:
    """Write the cross-entropy of rows of probabilities."""
    smoothing = loss.label_smoothing
    if not site.logits:
        target = _smoothed(site.target, smoothing, site.classes)
        value = call("categorical_crossentropy", site.output, target)
        return value if site.reduction == "none" else call("torch.mean", value)
    output, target = _rows(site.output, site, 1), _rows(site.target, site, 1)
    value = _reduced(site, "F.cross_entropy", output, target)
    if not smoothing:
        return value
    smooth = ("label_smoothing=", literal(smoothing))
    return Call(value.function, (*value.arguments, smooth))


@TABLE.rule(
    SparseCategoricalCrossentropy,
    exact="torch.nn.functional.cross_entropy; of probabilities, of their logarithms"
    " after clipping them to 1e-7 … 1 - 1e-7",
    here=_of_logits(
        "cross_entropy",
        How(
            "torch.nn.functional.cross_entropy of the logarithms of probabilities,"
            " clipped to 1e-7 … 1 - 1e-7",
            exact=True,
        ),
    ),
)
def sparse_categorical_crossentropy(
    _: SparseCategoricalCrossentropy, site: LossSite
) -> Call:
    """Write the cross-entropy of class numbers."""
    output, target = _rows(site.output, site, 1), site.target
    if site.rank > 1:
        target = f"{target}.flatten()"
    if not site.logits:
        output += f".{_CLIPPED}.log()"
    return _reduced(site, "F.cross_entropy", output, target)
