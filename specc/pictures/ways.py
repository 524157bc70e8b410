"""Boxes at their places, and the ways of links between them.

A link to the next row is a curve between the two. One over several rows goes past these
in a lane, which all links from one place share: the work grows with boxes and links.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .rows import Link, across, in_rows

__all__ = ["Arranged", "Point", "Way", "arrange"]

#: Between rows, between a lane and what it passes, and between ends at one box.
GAP, LANE, BESIDE = 46.0, 14.0, 18.0
#: Rows that a straight way is looked for through.
FAR = 64

Point = tuple[float, float]
#: Points from the first to the last: below one another, or joined by a curve.
Way = list[Point]
#: Where a lane begins: a box, and the place at its lower edge.
_Start = tuple[int, float]


@dataclass
class Arranged:
    """Middles and upper edges of boxes, the way of each link, the size of the whole."""

    x: list[float]
    y: list[float]
    ways: list[Way]
    width: float
    height: float


def arrange(
    sizes: Sequence[tuple[float, float]],
    links: Sequence[Link],
    first: Iterable[int] = (),
    last: Iterable[int] = (),
) -> Arranged:
    """Place boxes of these widths and heights; see `in_rows` for the rest."""
    rows = in_rows(len(sizes), links, set(first), set(last))
    x = across(rows, [width for width, _ in sizes], links)
    return _Plan(sizes, rows, x, links).arranged()


class _Plan:
    """Rows at their heights, and what is taken of them."""

    def __init__(
        self,
        sizes: Sequence[tuple[float, float]],
        rows: list[list[int]],
        x: list[float],
        links: Sequence[Link],
    ) -> None:
        self.sizes, self.rows, self.x, self.links = sizes, rows, x, links
        self.row = {box: number for number, row in enumerate(rows) for box in row}
        self.tops: list[float] = []
        self.bottoms: list[float] = []
        at = 0.0
        for row in rows:
            self.tops.append(at)
            self.bottoms.append(at + max(sizes[box][1] for box in row))
            at = self.bottoms[-1] + GAP
        self.taken = [sorted(map(self._edges, row)) for row in rows]
        #: How far each row reaches, and all of them.
        self.left = [taken[0][0] for taken in self.taken]
        self.right = [taken[-1][1] for taken in self.taken]
        self.reach = min(self.left, default=0.0), max(self.right, default=0.0)

    def _edges(self, box: int) -> tuple[float, float]:
        half = self.sizes[box][0] / 2
        return self.x[box] - half, self.x[box] + half

    def _top(self, box: int) -> float:
        row = self.row[box]
        return (self.tops[row] + self.bottoms[row] - self.sizes[box][1]) / 2

    def arranged(self) -> Arranged:
        ends = self._ends()
        lanes = self._lanes(ends)
        ways = [
            self._way(link, end, lanes.get((link.source, link.begin)))
            for link, end in zip(self.links, ends, strict=True)
        ]
        left, right = self.reach
        return Arranged(
            [x - left for x in self.x],
            [self._top(box) for box in range(len(self.sizes))],
            [[(x - left, y) for x, y in way] for way in ways],
            right - left,
            self.bottoms[-1] if self.bottoms else 0.0,
        )

    def _ends(self) -> list[float]:
        """Where each link ends; those of one box side by side, as they come."""
        open_ends: dict[int, list[int]] = {}
        ends = [link.end or 0.0 for link in self.links]
        for number, link in enumerate(self.links):
            if link.end is None:
                open_ends.setdefault(link.target, []).append(number)
        for box, numbers in open_ends.items():
            numbers.sort(key=lambda number: self._begin(self.links[number]))
            room = self.sizes[box][0] - BESIDE
            step = min(BESIDE, room / len(numbers))
            for place, number in enumerate(numbers):
                ends[number] = (place - (len(numbers) - 1) / 2) * step
        return ends

    def _begin(self, link: Link) -> float:
        return self.x[link.source] + link.begin

    def _far(self, link: Link) -> bool:
        return self.row[link.target] - self.row[link.source] > 1

    def _lanes(self, ends: list[float]) -> dict[_Start, float]:
        """Where the links that pass rows do so; the shorter ones come nearer."""
        groups: dict[_Start, tuple[int, float]] = {}
        for link, end in zip(self.links, ends, strict=True):
            if self._far(link):
                start = link.source, link.begin
                to = self.row[link.target], self.x[link.target] + end
                groups[start] = max(groups.get(start, to), to)
        order = sorted(groups, key=lambda s: groups[s][0] - self.row[s[0]])
        return {start: self._lane(start, *groups[start]) for start in order}

    def _lane(self, start: _Start, row: int, to: float) -> float:
        """The lane from a box to the row, past all between; it is taken then."""
        passed = range(self.row[start[0]] + 1, row)
        come = self.x[start[0]] + start[1]
        near = len(passed) <= FAR
        for at in (to, come):
            if near and self._free(at, passed):
                break
        else:
            # What goes far goes past all rows: looking at each takes too long.
            lefts = [self.left[r] for r in passed] if near else [self.reach[0]]
            rights = [self.right[r] for r in passed] if near else [self.reach[1]]
            sides = (max(rights) + LANE, min(lefts) - LANE)
            at = min(sides, key=lambda side: abs(side - come) + abs(side - to))
        self.reach = min(self.reach[0], at), max(self.reach[1], at)
        for number in passed if near else ():
            insort(self.taken[number], (at, at))
            self.left[number] = min(self.left[number], at)
            self.right[number] = max(self.right[number], at)
        return at

    def _free(self, at: float, passed: range) -> bool:
        """Whether rows have room for a lane there."""
        for number in passed:
            taken = self.taken[number]
            place = bisect_left(taken, (at, at))
            for low, high in taken[max(place - 1, 0) : place + 1]:
                if low - LANE < at < high + LANE:
                    return False
        return True

    def _way(self, link: Link, end: float, lane: float | None) -> Way:
        row, last = self.row[link.source], self.row[link.target]
        begin, to = self._begin(link), self.x[link.target] + end
        low = self._top(link.source) + self.sizes[link.source][1]
        way = [(begin, low), (begin, self.bottoms[row])]
        if lane is not None and last - row > 1:
            way += [(lane, self.tops[row + 1]), (lane, self.bottoms[last - 1])]
        way += [(to, self.tops[last]), (to, self._top(link.target))]
        return list(dict.fromkeys(way))  # an arrow has no direction at its own place
