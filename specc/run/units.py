"""Predictions in the units of the data: transforms of a target, undone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..data.steps import Affine
from ..ir import Objective
from .loaded import Loaded

__all__ = ["in_data_units"]

Arrays = dict[str, np.ndarray]


def in_data_units(
    loaded: Loaded, outputs: Mapping[str, np.ndarray], *, spread: bool = False
) -> Arrays:
    """Outputs in the units that their targets have in the source.

    What `standardize` and `rescale` did to a target is undone, the last first, for
    outputs that predict values. Probabilities are left as they are.

    Args:
        loaded: the model.
        outputs: by name, in the units of the loss; the first axis counts the examples.
        spread: whether they are standard deviations, which offsets do not change.
    """
    training = loaded.program.training
    assert training is not None, "a run has a training"
    fitted = loaded.folder.preparation()
    found = dict(outputs)
    for objective in training.objectives:
        steps = fitted.steps.get(objective.target, ())
        affine = [step for step in steps if isinstance(step, Affine)]
        if affine and len(affine) == len(steps) and _predicts_values(objective):
            found[objective.output] = _undone(affine, found[objective.output], spread)
    return found


def _predicts_values(objective: Objective) -> bool:
    """Whether an output is of the target's kind, not the probability of a class."""
    return objective.loss.target == "values"


def _undone(steps: list[Affine], values: np.ndarray, spread: bool) -> np.ndarray:
    """Computed in float64, in the type and the shape that the values have."""
    exact = np.asarray(values, np.float64)
    for step in reversed(steps):
        exact = step.undo_spread(exact) if spread else step.undo(exact)
    return exact.astype(values.dtype)
