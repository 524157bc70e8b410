"""How metrics are written: as expressions of the model's output and the target."""

from __future__ import annotations

from specc.catalog.metrics.accuracy import Accuracy
from specc.catalog.metrics.errors import MeanAbsoluteError
from specc.emit.source import Call, call
from specc.emit.use import Use

from .plan import TABLE
from .site import MetricSite

__all__: list[str] = []


def _accuracy(use: Use) -> str:
    assert use.objective is not None, "a metric belongs to an output"
    if use.objective.loss.target == "binary":
        return "a threshold"
    return "torch.argmax, the first of equals"


@TABLE.rule(
    Accuracy,
    exact="torch.argmax, the first of equals; a threshold for yes or no",
    here=_accuracy,
)
def accuracy(_: Accuracy, site: MetricSite) -> Call:
    """Write the share of right answers."""
    if site.loss.target == "binary":
        threshold = "0.0" if site.loss.takes_logits() else "0.5"
        return call(
            "binary_accuracy", site.prediction, site.target, threshold=threshold
        )
    classes = (
        site.target if site.loss.target == "classes" else f"{site.target}.argmax(-1)"
    )
    return call("accuracy", site.prediction, classes)


@TABLE.rule(MeanAbsoluteError, exact="torch.nn.functional.l1_loss")
def mae(_: MeanAbsoluteError, site: MetricSite) -> Call:
    """Write the mean absolute difference."""
    return call("F.l1_loss", site.prediction, site.target)
