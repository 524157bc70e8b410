"""The figures of a history, and callbacks that watch one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ..catalog import catalog
from ..diagnostics.model import Note, Span
from ..diagnostics.suggest import equivalents
from ..ir import Training
from .bind import Bound
from .expectation import Text, signature
from .objectives import Asked
from .report import Report, one_of

__all__ = ["check_monitor", "clashing", "figures", "history_figures"]


def figures(asked: Mapping[str, list[str]], validates: bool) -> list[str]:
    """The keys that every record of the history has, of loss and metrics.

    Args:
        asked: for each output, the keywords of its metrics.
        validates: whether there is validation data.
    """
    found = ["loss"]
    for output, metrics in asked.items():
        if len(asked) == 1:
            found += metrics
        else:
            found += [f"{output}_loss", *(f"{output}_{metric}" for metric in metrics)]
    return found + [f"val_{name}" for name in found if validates]


def history_figures(training: Training, validates: bool) -> list[str]:
    """The keys of a training's history, of loss and metrics."""
    asked = {
        objective.output: [metric.keyword for metric in objective.metrics]
        for objective in training.objectives
    }
    return figures(asked, validates)


def check_monitor(
    bound: Bound,
    asked: Mapping[str, Asked],
    validates: bool,
    data: Span,
    report: Report,
) -> None:
    """See that the figures which a callback names will be in the history.

    Args:
        bound: the callback.
        asked: what is asked of each output.
        validates: whether the data have a validation part.
        data: the data block's head.
        report: takes the problem.
    """
    metrics = {
        output: [metric.construct.keyword for metric in item.metrics]
        for output, item in asked.items()
    }
    known = figures(metrics, validates)
    for name, parameter in signature(bound.kind).parameters.items():
        expects = parameter.expects
        if not isinstance(expects, Text) or expects.thing != "figure":
            continue
        key = getattr(bound.construct, name)
        given = bound.given.get(name)
        span = given.value.span if given else bound.span
        if key not in known and key in figures(metrics, validates=True):
            _no_validation(key, span, data, report)
        elif key not in known:
            report.error(
                "unknown-figure",
                f"the history has no figure {key}",
                span,
                expected=one_of(known),
                suggestion=report.near(key, known) or _asked_for(key),
            )


def _asked_for(key: str) -> str | None:
    """``metrics = [accuracy]`` for ``val_acc``, which the training would have with it."""
    word = key.removeprefix("val_")
    known = catalog().family("metric")
    names = [word, *equivalents(word, "metric")]
    metric = next((name for name in names if name in known), None)
    return f"metrics = [{metric}] in the train block" if metric else None


def _no_validation(key: str, span: Span, data: Span, report: Report) -> None:
    report.error(
        "early-stopping-without-validation",
        f"{key} needs a validation part, which the data do not have",
        span,
        suggestion="validation = 10% in the data block",
        notes=(Note("the data are here", data),),
    )


def clashing(keys: list[str]) -> list[str]:
    """Keys that stand for two figures at once."""
    return sorted(key for key, count in Counter(keys).items() if count > 1)
