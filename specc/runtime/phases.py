"""What a training of several phases keeps of them in its state."""

from typing import Any

import numpy as np

from .types import Arrays

#: The counters of a state: updates and epochs done, which phase it is in, and how many
#: updates and epochs were done when that began.
COUNTERS = ("step", "epoch", "phase", "phase_step", "phase_epoch")


def export_counters(state: Any) -> Arrays:
    """Return the counters of a state."""
    counts = {name: np.array(getattr(state, name), np.int64) for name in COUNTERS}
    return {f"counter/{name}": count for name, count in counts.items()}


def import_counters(state: Any, arrays: Arrays) -> None:
    """Take over what export_counters returned."""
    for name in COUNTERS:
        setattr(state, name, int(arrays[f"counter/{name}"]))


def phase_of(arrays: Arrays, phases: int) -> int:
    """Return the phase of an exported state.

    Raises:
        KeyError: it does not say.
        ValueError: there are not so many phases.
    """
    if "counter/phase" not in arrays:
        raise KeyError("missing: counter/phase")
    phase = np.asarray(arrays["counter/phase"])
    if phase.shape != () or not 0 <= int(phase) < phases:
        raise ValueError(f"counter/phase must be below {phases}, not {phase}")
    return int(phase)
