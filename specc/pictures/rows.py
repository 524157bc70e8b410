"""Boxes in rows from top to bottom.

The layered drawing of Sugiyama, Tagawa and Toda 1981 (doi:10.1109/TSMC.1981.4308636): rows
by the longest path, places within rows by the mean of those of neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Link", "across", "in_rows", "spread"]

#: Between boxes of a row.
ASIDE = 28.0
#: How often places are found from above and from below.
TURNS = 4


@dataclass(frozen=True)
class Link:
    """From one box to another; where it begins and ends, from the middle of the box.

    An end of None is found: links into one box come side by side.
    """

    source: int
    target: int
    begin: float = 0.0
    end: float | None = None


def spread(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """Places nearest to those wanted, in their order and without overlap.

    Least squares under the order: pools of boxes that touch share their mean displacement.
    """
    offsets, pools = [0.0], list[tuple[float, int]]()
    for before, after in pairwise(widths):
        offsets.append(offsets[-1] + (before + after) / 2 + ASIDE)
    for place, offset in zip(wanted, offsets, strict=True):
        mean, count = place - offset, 1
        while pools and pools[-1][0] > mean:
            other, many = pools.pop()
            mean = (mean * count + other * many) / (count + many)
            count += many
        pools.append((mean, count))
    means = [mean for mean, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def in_rows(
    count: int, links: Sequence[Link], first: set[int], last: set[int]
) -> list[list[int]]:
    """The boxes of each row, from the top.

    Args:
        count: how many boxes there are.
        links: without cycles.
        first: boxes that stand above all others; nothing leads to them.
        last: boxes that stand below all others; nothing leads from them.
    """
    after: list[list[int]] = [[] for _ in range(count)]
    left = [0] * count
    for link in links:
        after[link.source].append(link.target)
        left[link.target] += 1
    free = [not number for number in left]
    rank = [0 if box in first or not first else 1 for box in range(count)]
    order = [box for box in range(count) if free[box]]
    for box in order:  # it grows while it is followed
        for target in after[box]:
            rank[target] = max(rank[target], rank[box] + 1)
            left[target] -= 1
            if not left[target]:
                order.append(target)
    for box in range(count):
        if free[box] and after[box] and box not in first:
            rank[box] = min(rank[target] for target in after[box]) - 1
    bottom = max((rank[box] + (box not in last) for box in range(count)), default=0)
    rows: list[list[int]] = [[] for _ in range(bottom + 1)]
    for box in range(count):
        rows[bottom if box in last else rank[box]].append(box)
    return [row for row in rows if row]


def across(
    rows: list[list[int]], widths: Sequence[float], links: Sequence[Link]
) -> list[float]:
    """The middle of each box of these widths; rows are brought into a better order."""
    above: list[list[Link]] = [[] for _ in widths]
    below: list[list[Link]] = [[] for _ in widths]
    for link in links:
        above[link.target].append(link)
        below[link.source].append(link)
    x = [0.0] * len(widths)

    def wanted(box: int, down: bool) -> float:
        near = above[box] if down else below[box]
        if not near:
            return x[box]
        if down:
            places = (x[link.source] + link.begin - (link.end or 0.0) for link in near)
        else:
            places = (x[link.target] + (link.end or 0.0) - link.begin for link in near)
        return sum(places) / len(near)

    for turn in range(2 * TURNS + 1):
        down = turn % 2 == 0
        for row in rows if down else reversed(rows):
            goals = {box: wanted(box, down) for box in row}
            if turn < 2 * TURNS:
                row.sort(key=goals.__getitem__)
            places = spread([goals[box] for box in row], [widths[box] for box in row])
            for box, place in zip(row, places, strict=True):
                x[box] = place
    return x
