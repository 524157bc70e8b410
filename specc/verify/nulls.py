"""Weights whose gradient is zero but for rounding, and how they are judged.

A bias right before BatchNormalization changes nothing that is computed in training; an
adaptive optimizer turns the rounding of its gradient into steps all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np

from ..catalog.types import Shape
from .compare import Mismatch, Part
from .exam import Exam
from .ledger import Ledger
from .parts import FUNCTION, HELD_OUT, OUTPUTS_AFTER
from .protocol import Reading
from .questions import in_phase
from .spread import distance, largest
from .tolerances import tolerances

__all__ = ["clear_drift", "null_entries", "null_on"]

Sides = Mapping[str, Reading]


def null_entries(sides: Sides, phases: int = 1) -> dict[str, np.ndarray]:
    """Entries of weights whose gradient is zero but for rounding, by weight.

    Such an entry has, on every side and on two batches of several rows, a gradient below
    `float64.null_share` of the model's largest, and is not exactly 0 everywhere (exact
    zeros stay put under every optimizer), in one of the phases or more.
    """
    found: dict[str, np.ndarray] = {}
    for phase in range(phases):
        looks = (in_phase("real", phase), in_phase("ties", phase))
        for name, mask in _null_on(sides, looks).items():
            found[name] = found[name] | mask if name in found else mask
    return found


def null_on(sides: Sides, look: str) -> dict[str, np.ndarray]:
    """The same of one look alone, against gradients on ordinary inputs."""
    return _null_on(sides, (look,), "real")


def _null_on(
    sides: Sides, looks: tuple[str, ...], usual: str = ""
) -> dict[str, np.ndarray]:
    share = tolerances()["float64.null_share"]
    small: dict[str, np.ndarray] = {}
    moved: dict[str, np.ndarray] = {}
    for probe in looks:
        for reading in sides.values():
            found = reading.under(f"raw/{probe}")
            bound = share * largest(reading.under(f"raw/{usual or probe}").values())
            for name, array in found.items():
                below = np.abs(array) <= bound
                small[name] = small[name] & below if name in small else below
                other = array != 0
                moved[name] = moved[name] | other if name in moved else other
    masks = {name: small[name] & moved[name] for name in small}
    return {name: mask for name, mask in masks.items() if mask.any()}


def clear_drift(
    exam: Exam, sides: Sides, nulls: Mapping[str, np.ndarray], ledger: Ledger
) -> tuple[str, ...]:
    """Clear entries of zero gradient that went too far, if the function is the same.

    The function is what training computes: figures of all steps and outputs of the model
    in training mode must agree to `float64.state`. Running means follow a drifting bias
    with a lag, so they, and inference, have `float64.spare`.

    Returns:
        the tensors that were cleared.
    """
    drifted = [item for item in ledger.mismatches if item.null]
    if not drifted or not _within_reach(exam, sides, nulls):
        return ()
    other = [item for item in ledger.mismatches if not item.null]
    allowed = tolerances()["float64.spare"] * _drift(exam, sides, nulls, nulls)
    soft = [item for item in other if _excusable(item, allowed)]
    explained = _drift(exam, sides, nulls, exam.expected.buffers) <= allowed
    if len(soft) < len(other) or not explained:
        return ()
    if not _same_function(exam, sides, ledger):
        return ()
    why = "its gradient is zero but for rounding; compared by what the model computes"
    ledger.excuse([*drifted, *soft], why)
    return tuple(sorted({item.name for item in drifted}))


def _within_reach(exam: Exam, sides: Sides, nulls: Mapping[str, np.ndarray]) -> bool:
    """Whether the optimizer can have moved null entries so far, by the rounding alone.

    Their gradients are below `float64.null_share` of the largest, by definition; each
    update moves them by the learning rate times what the rule makes of that.
    """
    training = exam.program.training
    assert training is not None
    size = largest(
        array
        for reading in sides.values()
        for probe in ("real", "ties")
        for array in reading.under(f"raw/{probe}").values()
    )
    noise = tolerances()["float64.null_share"] * size
    rate = max(
        abs(rate)
        for r in sides.values()
        for rate in (*r.figures["rates"], *r.figures["late_rates"])
    )
    reach = 2.0 * rate * max(p.optimizer.reach(noise) for p in training.phases)
    return all(
        _drift(exam, sides, nulls, nulls, (step,)) <= step * reach
        for step in exam.record
    )


def _drift(
    exam: Exam,
    sides: Sides,
    nulls: Mapping[str, np.ndarray],
    names: Iterable[str],
    steps: tuple[int, ...] = (),
) -> float:
    """The largest absolute difference of tensors at the steps; of weights, null entries."""
    chosen, worst = list(names), 0.0
    for step in steps or exam.record:
        states = [reading.under(f"steps/{step}") for reading in sides.values()]
        for name in chosen:
            arrays = [state[name] for state in states if name in state]
            mask = nulls.get(name, ...)
            for one, other in combinations(arrays, 2):
                worst = max(worst, distance(one[mask], other[mask]))
    return worst


def _same_function(exam: Exam, sides: Sides, ledger: Ledger) -> bool:
    """Whether the model's outputs in training mode agree after training."""
    outs = [item.edge for item in exam.program.network.outputs]
    names: dict[str, Shape | None] = dict.fromkeys(outs)
    arrays = {
        side: {
            name: array
            for name, array in reading.under("after/training").items()
            if name in names
        }
        for side, reading in sides.items()
    }
    return not ledger.compare(Part(FUNCTION, names, "float64.state"), arrays)


def _excusable(item: Mismatch, allowed: float) -> bool:
    """Whether a figure of inference differs by no more than a drifting bias explains."""
    inference = item.part.name == HELD_OUT
    outputs = item.part.name in OUTPUTS_AFTER
    return (inference or outputs) and item.size * item.scale <= allowed
