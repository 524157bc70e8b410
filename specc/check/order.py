"""Putting things that depend on each other into an order that can be followed."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

__all__ = ["in_order"]


def in_order(needs: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    """Names so that each comes after those it needs, else in the given order.

    Args:
        needs: for each name, the names it needs; names that are no keys are ignored.

    Returns:
        The order, and the names of one cycle in the order of their needs (empty if
        there is none; what depends on a cycle is in no order).
    """
    rank = {name: index for index, name in enumerate(needs)}
    names = list(needs)
    wanted = {name: {n for n in needs[name] if n in rank} for name in names}
    users: dict[str, list[str]] = {name: [] for name in names}
    for name, requirements in wanted.items():
        for required in requirements:
            users[required].append(name)
    left = {name: len(requirements) for name, requirements in wanted.items()}
    ready = [rank[name] for name in names if not left[name]]
    order: list[str] = []
    while ready:
        name = names[heapq.heappop(ready)]
        order.append(name)
        for user in users[name]:
            left[user] -= 1
            if not left[user]:
                heapq.heappush(ready, rank[user])
    if len(order) == len(names):
        return order, []
    return order, _cycle({n: wanted[n] for n in names if left[n]}, rank)


def _cycle(stuck: Mapping[str, set[str]], rank: Mapping[str, int]) -> list[str]:
    """A cycle among names that each need another of them, from its first name on."""
    name = next(iter(stuck))
    path: dict[str, int] = {}
    while name not in path:
        path[name] = len(path)
        name = min((n for n in stuck[name] if n in stuck), key=rank.__getitem__)
    cycle = list(path)[path[name] :]
    first = min(range(len(cycle)), key=lambda index: rank[cycle[index]])
    return cycle[first:] + cycle[:first]
