"""Monte-Carlo dropout: the spread of predictions under the noise of training.

Gal and Ghahramani 2016, arXiv:1506.02142.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..diagnostics.fault import Fault
from ..diagnostics.model import Problem
from .loaded import Loaded
from .predict import input_batches
from .units import in_data_units

__all__ = ["Samples", "predict_samples"]

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Samples:
    """Mean and standard deviation (of the population) over passes, by output name.

    Both are in the units of the data, as predictions are.
    """

    mean: Arrays
    deviation: Arrays


def predict_samples(
    loaded: Loaded,
    arrays: Mapping[str, np.ndarray],
    passes: int,
    batch_size: int = 256,
) -> Samples:
    """Predict so many times with dropout at work; all else is as in inference.

    Masks are those of the training's seed, one step for each pass over each batch, so
    the same call gives the same samples.

    Args:
        loaded: the model.
        arrays: raw inputs by name, as `predict` takes them.
        passes: how many samples.
        batch_size: how many examples are computed at a time.

    Raises:
        Fault: an input is missing or does not fit, or the model has no dropout.
    """
    problem = _obstacle(loaded)
    if problem is not None:
        raise Fault(problem)
    batches = input_batches(loaded, arrays, batch_size)
    parts = [
        _samples(loaded, batches, number, passes) for number in range(len(batches))
    ]
    names = parts[0].mean
    mean = {name: np.concatenate([part.mean[name] for part in parts]) for name in names}
    deviation = {
        name: np.concatenate([part.deviation[name] for part in parts]) for name in names
    }
    return Samples(
        in_data_units(loaded, mean), in_data_units(loaded, deviation, spread=True)
    )


def _samples(
    loaded: Loaded, batches: list[Arrays], number: int, passes: int
) -> Samples:
    """The samples of one batch; mean and squares are updated as Welford did in 1962."""
    outputs = loaded.program.network.ends
    mean = {name: np.zeros(()) for name in outputs}
    squares = {name: np.zeros(()) for name in outputs}
    for done in range(passes):
        step = done * len(batches) + number
        found: Arrays = loaded.probe.node_outputs(
            loaded.module,
            loaded.emission,
            loaded.state,
            batches[number],
            training=True,
            step=step,
            statistics=False,
        )
        for name, edge in outputs.items():
            value = found[edge].astype(np.float64)
            gap = value - mean[name]
            mean[name] = mean[name] + gap / (done + 1)
            squares[name] = squares[name] + gap * (value - mean[name])
    return Samples(mean, {name: np.sqrt(s / passes) for name, s in squares.items()})


def _obstacle(loaded: Loaded) -> Problem | None:
    """Why all passes would be the same."""
    network = loaded.program.network
    if network.streams():
        return None
    why = f"{network.name} has no dropout, so all its predictions are the same"
    return Problem("run-no-dropout", why, None)
