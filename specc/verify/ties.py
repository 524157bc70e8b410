"""Decisions of a training that hang on rounding: two figures that are one but for it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from ..catalog.callbacks import Monitored
from .blame import Scene
from .compare import Mismatch
from .tolerances import tolerances

__all__ = ["improvements", "tie"]

#: Where it shows that sides have decided otherwise.
_SHOWN = ("stopped_after", "ids", "rows", "learning_rate", "epoch", "step", "phase")


def tie(scene: Scene, item: Mismatch) -> str | None:
    """Say which callback had to decide about a figure that improves by rounding alone."""
    if not item.name.startswith("counter/") and item.name not in _SHOWN:
        return None
    training = scene.program.training
    assert training is not None
    for number, phase in enumerate(training.phases):
        for callback in phase.callbacks:
            if isinstance(callback, Monitored):
                for epoch in _ties(scene, callback, number):
                    return (
                        f"{callback.monitor} of epoch {epoch} is better than the best"
                        " before, or not, by no more than rounding:"
                        f" {callback.keyword} may decide either way"
                    )
    return None


def _ties(scene: Scene, callback: Monitored, phase: int) -> Iterator[int]:
    """The epochs, from 1, at the edge of an improvement that not all sides see."""
    sides = [
        improvements(_figures(scene, side, callback, phase), callback)
        for side in scene.readings
    ]
    for epoch in sorted(set[int]().union(*sides)):
        found = [side[epoch] for side in sides if epoch in side]
        gate = tolerances()["float64.state"]
        if len({margin > 0 for margin in found}) > 1 and max(map(abs, found)) <= gate:
            yield epoch


def _figures(
    scene: Scene, side: str, callback: Monitored, phase: int
) -> dict[int, float]:
    """What a callback watches on a side, by epoch of a phase."""
    epochs = {int(name.split("/")[0]) for name in scene.under("epochs")[side]}
    found: dict[int, float] = {}
    for epoch in sorted(epochs):
        record = scene.under(f"epochs/{epoch}")[side]
        if int(record.get("phase", 1)) == phase + 1:
            found[epoch] = float(record[callback.monitor])
    return found


def improvements(figures: Mapping[int, float], callback: Monitored) -> dict[int, float]:
    """By epoch how far a figure is beyond what an improvement begins at.

    Relative to the larger of the figure and the best before. What is no number is never
    the best, and nothing is told of its epoch.
    """
    sign = 1.0 if callback.larger_is_better() else -1.0
    best: float | None = None
    found: dict[int, float] = {}
    for epoch, watched in sorted(figures.items()):
        figure = sign * watched
        if math.isnan(figure):
            continue
        if best is None:
            best = figure
            continue
        margin = figure - (best + callback.min_delta)
        found[epoch] = margin / (max(abs(figure), abs(best)) or 1.0)
        best = figure if margin > 0 else best
    return found
