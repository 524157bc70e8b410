"""Lints of how a model is trained."""

from __future__ import annotations

from collections.abc import Iterator

from ...catalog.callbacks import Monitored
from ...catalog.schedules import Constant
from .subject import Finding, Subject

__all__ = [
    "adaptive_optimizer_with_schedule",
    "early_stopping_without_validation",
    "patience_longer_than_epochs",
]


def early_stopping_without_validation(subject: Subject) -> Iterator[Finding]:
    """The training loss keeps falling while the model overfits."""
    if subject.training is None or subject.data is None:
        return
    for phase in subject.training.phases:
        for callback in phase.callbacks:
            if isinstance(callback, Monitored) and subject.data.validation is None:
                yield Finding(
                    "early-stopping-without-validation",
                    f"{callback.keyword} watches {callback.monitor} of the examples"
                    " that are trained on",
                    phase.owner(callback.keyword),
                    "monitor",
                    "validation = 10% in the data block, and monitor = val_loss",
                )


def patience_longer_than_epochs(subject: Subject) -> Iterator[Finding]:
    """It needs an epoch that is best and `patience` more after it."""
    if subject.training is None:
        return
    for phase in subject.training.phases:
        for callback in phase.callbacks:
            if not isinstance(callback, Monitored):
                continue
            patience = int(callback.patience.value)
            if callback.fewest_epochs() > phase.epochs:
                several = len(subject.training.phases) > 1
                where = f"{phase.name}: " if several else ""
                yield Finding(
                    "patience-longer-than-epochs",
                    f"{where}with a patience of {_epochs(patience)}, {_over(phase.epochs)}"
                    f" over before {callback.effect}",
                    phase.owner(callback.keyword),
                    "patience",
                )


def _epochs(count: int) -> str:
    return "1 epoch" if count == 1 else f"{count} epochs"


def _over(count: int) -> str:
    return f"{_epochs(count)} {'is' if count == 1 else 'are'}"


def adaptive_optimizer_with_schedule(subject: Subject) -> Iterator[Finding]:
    """Adaptive optimizers scale their own steps; a schedule is seldom needed."""
    if subject.training is None:
        return
    for phase in subject.training.phases:
        optimizer = phase.optimizer
        if not optimizer.adaptive:
            continue
        schedule = optimizer.learning_rate
        if not isinstance(schedule, Constant):
            rate = schedule.first_rate()
            yield Finding(
                "adaptive-optimizer-with-schedule",
                f"{optimizer.keyword} adapts its steps already; {schedule.keyword} on"
                " top seldom helps",
                phase.owner("optimizer"),
                "learning_rate",
                None if rate is None else f"{rate:g} alone in its place",
            )
