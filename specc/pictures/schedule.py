"""The learning rate over a training: as a table, a plot, or a Mermaid chart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from .html import Html, element
from .mermaid import quoted
from .plot import HEIGHT, MARKED, TOP, WIDTH, Plot, Series, drawing
from .rates import Rates, evenly
from .words import clean, short

__all__ = ["chart", "plot", "table"]

#: Rows of the table, points of the plot and of the chart, at most.
ROWS, POINTS, PLACES = 100, 1200, 60
#: Room for the title of a plot, and the characters of a line of it.
ABOVE, LONGEST = 40, 90
#: Powers of ten that a plain scale shows.
DECADES = 2

_STYLE = """
svg { --paper: #fdfdfc; --ink: #1d2430; --quiet: #5d6675; --rule: #dfe3e8; --c0: #2563a8;
  background: var(--paper); font: 11px system-ui, -apple-system, "Segoe UI", sans-serif; }
@media (prefers-color-scheme: dark) { svg { --paper: #14181e; --ink: #e3e7ed;
  --quiet: #98a2b1; --rule: #2d3540; --c0: #6aa5e8; } }
text { fill: var(--quiet); }
.title { fill: var(--ink); font-weight: 600; }
.grid { stroke: var(--rule); }
polyline { fill: none; stroke: var(--c0); stroke-width: 1.5; }
circle { fill: var(--c0); }
"""


def _title(rates: Rates) -> str:
    return clean(f"learning rate of {rates.name}: {rates.schedule}")


def _length(rates: Rates) -> str:
    """``45 steps an epoch, 8 epochs, 360 steps``."""
    parts = ((rates.steps_per_epoch, "step"), (rates.epochs, "epoch"))
    each, epochs = (f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in parts)
    return f"{each} an epoch, {epochs}, {rates.steps:,} in all"


# A table -----------------------------------------------------------------------------


def table(rates: Rates) -> str:
    """A row for each epoch, or for so many: its first and its last rate.

    Epochs that follow one another with one rate are one row, where all are looked at.
    """
    rows = list(_epochs(rates))
    if rates.epochs <= ROWS:
        rows = list(_joined(rows))
    head = ("epoch", "from step", "learning rate", "to")
    cells = [
        head,
        *((_span(a, b), f"{s:,}", f"{f:.6g}", f"{t:.6g}") for a, b, s, f, t in rows),
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_title(rates), _length(rates)]
    if rates.epochs > ROWS:
        lines.append(f"{ROWS} of {rates.epochs:,} epochs:")
    lines.append("")
    lines += (
        "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        for row in cells
    )
    return "\n".join(lines) + "\n"


#: The first and the last of some epochs, from 1; their first step and rate, their last rate.
_Row = tuple[int, int, int, float, float]


def _span(first: int, last: int) -> str:
    return f"{first:,}" if first == last else f"{first:,}–{last:,}"


def _epochs(rates: Rates) -> Iterator[_Row]:
    for epoch in evenly(rates.epochs, ROWS):
        first = epoch * rates.steps_per_epoch
        last = first + rates.steps_per_epoch - 1
        yield epoch + 1, epoch + 1, first, rates.at(first), rates.at(last)


def _joined(rows: Sequence[_Row]) -> Iterator[_Row]:
    """Neighbours that have one rate from beginning to end, as one."""
    held: _Row | None = None
    for row in rows:
        if held is not None and held[3] == held[4] == row[3] == row[4]:
            held = (held[0], row[1], *held[2:])
            continue
        if held is not None:
            yield held
        held = row
    if held is not None:
        yield held


# A plot ------------------------------------------------------------------------------


def plot(rates: Rates) -> str:
    """The text of an SVG file: the rate over epochs, logarithmic beyond two decades."""
    title = _title(rates)
    drawn = Plot(
        title,
        f"epoch ({rates.steps_per_epoch:,} steps each)",
        (_line(rates), _marks(rates)),
        up="learning rate",
        logarithmic=_wide(rates),
    )
    left, (name, schedule) = TOP, title.split(": ", 1)
    head = (
        element("style", Html(_STYLE)),
        element("text", name, x=left, y=-24, class_="title"),
        element("text", short(schedule, LONGEST), x=left, y=-8),
    )
    picture = drawing(
        drawn,
        "rates",
        *head,
        above=ABOVE,
        xmlns="http://www.w3.org/2000/svg",
        width=WIDTH * 3 // 2,
        height=(HEIGHT + 16 + ABOVE) * 3 // 2,
    )
    return f"{picture}\n"


def _wide(rates: Rates) -> bool:
    """Whether the rates lie too far apart for a plain scale."""
    sizes = [rate for _, rate in rates.sample(POINTS) if 0.0 < rate < math.inf]
    return bool(sizes) and math.log10(max(sizes) / min(sizes)) > DECADES


def _line(rates: Rates) -> Series:
    """A rate holds from its update to the next."""
    sample = rates.sample(POINTS)
    ends = [step for step, _ in sample[1:]] + [rates.steps]
    points = [
        (at / rates.steps_per_epoch, rate, "")
        for (step, rate), end in zip(sample, ends, strict=True)
        for at in (step, end)
    ]
    return Series("learning rate", points, 0, line=True, marks=False)


def _marks(rates: Rates) -> Series:
    """The beginnings of epochs."""
    points = [
        (epoch, rates.at(step), f"epoch {epoch + 1:,}, step {step:,}")
        for epoch in evenly(rates.epochs, MARKED)
        for step in (epoch * rates.steps_per_epoch,)
    ]
    return Series("learning rate at the beginning of epochs", points, 0)


# A chart -----------------------------------------------------------------------------


def chart(rates: Rates) -> str:
    """The text of a Mermaid chart, which has a plain scale."""
    finite = [rate for _, rate in rates.sample(PLACES) if math.isfinite(rate)]
    top = max(finite, default=0.0) or 1.0
    lines = [
        "xychart-beta",
        f"  title {quoted(_title(rates))}",
        f'  x-axis "epoch" 0 --> {rates.epochs}',
        f'  y-axis "learning rate" 0 --> {top:.6g}',
        f"  line [{', '.join(f'{rate:.6g}' for rate in finite)}]",
    ]
    return "\n".join(lines) + "\n"
