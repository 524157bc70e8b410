"""Learning rates as functions of the number of updates made so far."""


def exponential_decay(
    step: int, initial: float, rate: float, every: float, staircase: bool
) -> float:
    """Return initial · rate^(step / every); the exponent is floored if `staircase`.

    What is too large for a number is infinite.
    """
    exponent = step / every
    try:
        return initial * rate ** (exponent // 1 if staircase else exponent)
    except OverflowError:
        return float("inf") if initial else 0.0


def piecewise_constant(
    step: int, values: tuple[float, ...], ends: tuple[float, ...]
) -> float:
    """Return values[k] for the first k with step < ends[k], else the last value."""
    for value, end in zip(values, ends, strict=False):
        if step < end:
            return value
    return values[-1]
