"""Plots of errors on a logarithmic scale, as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .html import Html, element, figure

__all__ = ["Gate", "Plot", "Series", "draw"]

WIDTH, HEIGHT = 560, 220
LEFT, RIGHT, TOP, BOTTOM = 84, 12, 16, 26
#: Room for names under the axis, and how many of them are written at most.
NAMES, NAMED = 64, 28
#: Points of a line up to which each is marked.
MARKED = 60


@dataclass(frozen=True)
class Series:
    """Points of one kind; `color` and `style` number the ways of drawing.

    `points` are (place on the axis, error, what it is). A `line` joins them; `hollow` ones
    are drawn as rings.
    """

    title: str
    points: Sequence[tuple[float, float, str]]
    color: int
    style: int = 0
    line: bool = False
    hollow: bool = False


@dataclass(frozen=True)
class Gate:
    """A bound, drawn across."""

    title: str
    size: float


@dataclass(frozen=True)
class Plot:
    """What is drawn. `names` label the axis at 0, 1, 2 …; without them it has numbers."""

    title: str
    axis: str
    series: Sequence[Series]
    gates: Sequence[Gate] = ()
    names: Sequence[str] = ()


@dataclass(frozen=True)
class _Frame:
    """The scales. Errors of 0 lie on the bottom line, infinite ones on the top line.

    `infinite` says whether there are any of these.
    """

    low: int
    high: int
    begin: float
    end: float
    infinite: bool

    def x(self, place: float) -> float:
        width = WIDTH - LEFT - RIGHT
        return LEFT + width * (place - self.begin) / ((self.end - self.begin) or 1.0)

    def y(self, error: float) -> float:
        height = HEIGHT - TOP - BOTTOM
        if error <= 0.0:
            share = 0.0
        elif not math.isfinite(error):
            share = 1.0
        else:
            # The bottom, and the top where needed, is for what has no logarithm.
            within = (math.log10(error) - self.low) / (self.high - self.low)
            room = 0.83 if self.infinite else 0.92
            share = 0.08 + room * min(max(within, 0.0), 1.0)
        return TOP + height * (1.0 - share)


def draw(plot: Plot, identity: str) -> Html:
    """The plot as a figure with a legend; `identity` is unique in the page."""
    frame = _frame(plot)
    height = HEIGHT + (NAMES + 16 if plot.names else 16)
    title = f"{identity}-title"
    marks = [mark for series in plot.series for mark in _series(series, frame)]
    drawing = element(
        "svg",
        element("title", f"{plot.title}. {_summary(plot)}", id=title),
        *_scale(frame),
        *_titles(plot, height),
        *(_names(plot, frame) if plot.names else _numbers(plot, frame)),
        *(line for gate in plot.gates for line in _gate(gate, frame)),
        *marks,
        viewBox=f"0 0 {WIDTH} {height}",
        role="img",
        aria_labelledby=title,
    )
    return element(
        "figure",
        element("figcaption", plot.title),
        drawing,
        element("ul", *map(_legend, plot.series), class_="legend"),
    )


def _summary(plot: Plot) -> str:
    """What the drawing shows, for those who do not see it."""
    said = [
        f"{series.title}: largest {figure(max(e for _, e, _ in series.points))}"
        for series in plot.series
        if series.points
    ]
    said += [f"{gate.title}: {figure(gate.size)}" for gate in plot.gates]
    return "; ".join(said)


def _frame(plot: Plot) -> _Frame:
    errors = [error for series in plot.series for _, error, _ in series.points]
    sizes = [error for error in errors if 0.0 < error < math.inf]
    sizes += [gate.size for gate in plot.gates if gate.size > 0.0]
    low = math.floor(math.log10(min(sizes, default=1e-16)))
    high = math.ceil(math.log10(max(sizes, default=1.0)))
    places = [place for series in plot.series for place, _, _ in series.points]
    high, infinite = max(high, low + 1), math.inf in errors
    if plot.names:
        return _Frame(low, high, -0.5, len(plot.names) - 0.5, infinite)
    begin, end = min(places, default=0.0), max(places, default=1.0)
    return _Frame(low, high, begin, max(end, begin + 1), infinite)


def _scale(frame: _Frame) -> Iterator[Html]:
    """Lines across at powers of ten, at 0, and where there are, at infinity."""
    every = -(-(frame.high - frame.low) // 6)
    powers = range(frame.low, frame.high + 1, every)
    lines = {"exactly 0": 0.0, **{f"1e{power}": 10.0**power for power in powers}}
    if frame.infinite:
        lines["∞"] = math.inf
    for label, error in lines.items():
        y = frame.y(error)
        yield _rule(y, "grid")
        yield _label(label, LEFT - 6, y + 4, "end")
    # No power of ten is 0: the axis is broken between them.
    middle = (frame.y(0.0) + frame.y(10.0**frame.low)) / 2
    for y in (middle - 2, middle + 2):
        yield element(
            "line",
            x1=LEFT - 5,
            x2=LEFT + 5,
            y1=f"{y + 3:.1f}",
            y2=f"{y - 3:.1f}",
            class_="break",
        )


def _titles(plot: Plot, height: int) -> Iterator[Html]:
    """What the axes show."""
    y = TOP + (HEIGHT - TOP - BOTTOM) / 2
    turned = f"rotate(-90 12 {y})"
    yield _label("relative error, log scale", 12, y, "middle", transform=turned)
    yield _label(plot.axis, (LEFT + WIDTH - RIGHT) / 2, height - 2, "middle")


def _rule(y: float, kind: str) -> Html:
    return element(
        "line", x1=LEFT, x2=WIDTH - RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}", class_=kind
    )


def _label(words: str, x: float, y: float, anchor: str, **more: object) -> Html:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text_anchor": anchor, **more}
    return element("text", words, **place)


def _names(plot: Plot, frame: _Frame) -> Iterator[Html]:
    """Names at a slant, some left out where there are many."""
    every = -(-len(plot.names) // NAMED)
    y = HEIGHT - BOTTOM + 14
    for place in range(0, len(plot.names), every):
        name, x = plot.names[place], frame.x(place)
        short = name if len(name) <= 16 else f"{name[:5]}…{name[-10:]}"
        yield _label(short, x, y, "end", transform=f"rotate(-38 {x:.1f} {y})")


def _numbers(plot: Plot, frame: _Frame) -> Iterator[Html]:
    y = HEIGHT - BOTTOM + 14
    about = (frame.end - frame.begin) / 6
    power = 10 ** max(0, math.floor(math.log10(about)))
    step = next(n * power for n in (1, 2, 5, 10) if n * power >= about)
    first = math.ceil(frame.begin / step) * step
    for place in range(first, math.floor(frame.end) + 1, step):
        yield _label(str(place), frame.x(place), y, "middle")


def _gate(gate: Gate, frame: _Frame) -> Iterator[Html]:
    y = frame.y(gate.size)
    yield _rule(y, "gate")
    words = f"{gate.title} {figure(gate.size)}"
    yield _label(words, WIDTH - RIGHT, y - 4, "end", class_="gate")


def _series(series: Series, frame: _Frame) -> Iterator[Html]:
    places = [(frame.x(x), frame.y(error)) for x, error, _ in series.points]
    kind = f"c{series.color} s{series.style}"
    if series.line and len(places) > 1:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield element("polyline", points=path, class_=kind)
    radius = 3 if len(places) <= MARKED else 1.5
    for (x, y), (_, error, what) in zip(places, series.points, strict=True):
        told = element("title", f"{what}, {series.title}: {error!r}")
        yield _mark(series, x, y, radius, told)


def _mark(series: Series, x: float, y: float, r: float, *inner: Html) -> Html:
    """A point: a circle, of other styles a square or a diamond."""
    kind = f"c{series.color} s{series.style}" + (" hollow" if series.hollow else "")
    if not series.style:
        place = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": r}
        return element("circle", *inner, **place, class_=kind)
    a, b = (2 * r, 1.4 * r)
    square = f"M{x - r:.1f} {y - r:.1f}h{a}v{a}h-{a}z"
    diamond = f"M{x:.1f} {y - b:.1f}l{b} {b}l-{b} {b}l-{b} -{b}z"
    shape = square if series.style % 2 else diamond
    return element("path", *inner, d=shape, class_=f"{kind} mark")


def _legend(series: Series) -> Html:
    kind = f"c{series.color} s{series.style}"
    sample = [element("line", x1=1, x2=23, y1=6, y2=6, class_=kind)]
    sample = [*(sample if series.line else []), _mark(series, 12, 6, 4)]
    swatch = element("svg", *sample, viewBox="0 0 24 12", aria_hidden="true")
    return element("li", swatch, series.title)
