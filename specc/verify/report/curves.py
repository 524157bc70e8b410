"""From the numbers of a verdict to plots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...pictures.plot import Gate, Plot, Series
from ..ledger import ODD_BATCHES
from ..parts import GRADIENTS, OUTPUTS, SOLO, STATES, STEP_FIGURES
from ..tolerances import tolerances
from ..verdict import Check, Verdict

__all__ = ["curves"]

#: What the values of all these plots are.
ERROR = "relative error, log scale"

SORTS = ("parameters", "buffers", "slots", "figures")


def curves(verdict: Verdict) -> list[Plot]:
    """The plots that the numbers give: by layer, then by step, each in both precisions."""
    found: list[Plot] = []
    for title, parts in (
        ("Nodes alone", SOLO),
        ("Outputs by layer", OUTPUTS),
        ("Gradients by weight", (GRADIENTS,)),
    ):
        for precision in _precisions(verdict):
            found += _by_tensor(verdict, title, parts, precision)
    for precision in _precisions(verdict):
        found += _by_step(verdict, precision)
    return found


def _precisions(verdict: Verdict) -> list[str]:
    return list(dict.fromkeys(check.precision for check in verdict.checks))


def _said(sides: str) -> str:
    return sides.replace("|", " and ")


def _by_tensor(
    verdict: Verdict, title: str, parts: tuple[str, ...], precision: str
) -> Iterator[Plot]:
    """One plot: tensors in the order of the network, a color for each pair or side."""
    own = [c for c in verdict.checks if c.precision == precision]
    plain = [check for check in own if check.part in parts]
    odd = [check for check in own if check.part.removesuffix(ODD_BATCHES) in parts]
    odd = [check for check in odd if check not in plain]
    names = list(dict.fromkeys(n for check in plain for n in check.tensors))
    if not names:
        return
    series: list[Series] = []
    for hollow, checks in ((False, plain), (True, odd)):
        sides = dict.fromkeys(s for check in checks for s in check.errors)
        for color, side in enumerate(sides):
            aside = (color - (len(sides) - 1) / 2) * min(0.16, 0.6 / len(sides))
            points = [
                (place + aside, error, name)
                for place, error, name in _points(checks, side, names)
            ]
            more = ODD_BATCHES if hollow else ""
            series.append(Series(f"{_said(side)}{more}", points, color, hollow=hollow))
    gates = [Gate("gate", plain[0].gate) if precision == "float64" else _floor()]
    if odd and precision == "float64":
        gates.append(Gate("gate for odd batches", odd[0].gate))
    axis = "weight" if GRADIENTS in parts else "layer, in the order of the network"
    yield Plot(f"{title}, {precision}", axis, series, gates, names, ERROR)


def _floor() -> Gate:
    """Below it float32 tells no errors apart."""
    return Gate("within rounding", tolerances()["float32.floor"])


def _points(
    checks: Iterable[Check], side: str, names: list[str]
) -> Iterator[tuple[float, float, str]]:
    for place, name in enumerate(names):
        sizes = [
            check.errors[side][name]
            for check in checks
            if name in check.errors.get(side, {})
        ]
        if sizes:
            yield place, max(sizes), name


def _by_step(verdict: Verdict, precision: str) -> Iterator[Plot]:
    """Errors by step: in float64 the worst of all pairs, in float32 those of each side."""
    own = [
        c
        for c in verdict.checks
        if c.precision == precision and c.part in (*STATES, *STEP_FIGURES)
    ]
    worst: dict[tuple[str, str], dict[int, float]] = {}
    for check in own:
        for trace in check.traces:
            if trace.sort not in SORTS:
                continue
            sides = trace.sides if precision == "float32" else ""
            at = worst.setdefault((trace.sort, sides), {})
            for step, error in zip(trace.steps, trace.errors, strict=True):
                at[step] = max(at.get(step, 0.0), error)
    order = list(dict.fromkeys(sides for _, sides in worst))
    series = [
        Series(
            " of ".join(filter(None, (sort, sides))),
            [(step, error, f"step {step}") for step, error in sorted(at.items())],
            SORTS.index(sort),
            order.index(sides),
            line=True,
        )
        for (sort, sides), at in sorted(
            worst.items(), key=lambda item: SORTS.index(item[0][0])
        )
    ]
    gates = [Gate("gate", c.gate) for c in own if c.part in STATES]
    if series:
        shown = gates[:1] if precision == "float64" else [_floor()]
        single = "" if precision == "float64" else ", single steps"
        title = f"Training by step, {precision}{single}"
        yield Plot(title, "step", series, shown, up=ERROR)
