"""A small interpreter of TextMate grammars: match, captures, begin and end, include."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass
class Scoped:
    """A stretch of a line and the innermost scope it was given; None for no scope."""

    line: int
    text: str
    scope: str | None


class Grammar:
    """A grammar whose expressions both Oniguruma and `re` read alike."""

    def __init__(self, declared: dict[str, Any]) -> None:
        self.repository: dict[str, Any] = declared["repository"]
        self.patterns = list(self._flat(declared["patterns"]))

    def _flat(self, patterns: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for pattern in patterns:
            if "include" in pattern:
                found = self.repository[pattern["include"].removeprefix("#")]
                nested = "patterns" in found and "begin" not in found
                yield from self._flat(found["patterns"]) if nested else (found,)
            else:
                yield pattern

    def expressions(self) -> list[str]:
        """All regular expressions."""
        inner = [p for item in self.patterns for p in item.get("patterns", ())]
        return [
            pattern[key]
            for pattern in [*self.patterns, *inner]
            for key in ("match", "begin", "end")
            if key in pattern
        ]

    def scopes(self, text: str) -> list[Scoped]:
        """Every stretch of a text, in order, with its scope."""
        return [
            found
            for number, line in enumerate(text.splitlines(), 1)
            for found in self._line(number, line)
        ]

    def _line(self, number: int, line: str) -> Iterator[Scoped]:
        at = 0
        while at < len(line):
            pattern, match = self._first(line, at)
            if match is None:
                yield Scoped(number, line[at:], None)
                return
            if match.start() > at:
                yield Scoped(number, line[at : match.start()], None)
            if "begin" in pattern:
                end = _end(pattern, line, match.end())
                yield Scoped(number, line[match.start() : end], pattern["name"])
                at = end
                continue
            yield from _captured(number, pattern, match)
            at = match.end()

    def _first(self, line: str, at: int) -> tuple[dict[str, Any], Any]:
        """The pattern that matches first; of several, the one declared first."""
        best: tuple[dict[str, Any], Any] = ({}, None)
        for pattern in self.patterns:
            found = re.compile(pattern.get("match", pattern.get("begin"))).search(
                line, at
            )
            if found is not None and (
                best[1] is None or found.start() < best[1].start()
            ):
                best = pattern, found
        return best


def _end(pattern: dict[str, Any], line: str, at: int) -> int:
    """Where a stretch with a begin ends; what it includes is read over."""
    inner = [re.compile(item["match"]) for item in pattern["patterns"]]
    while True:
        end = re.compile(pattern["end"]).search(line, at)
        assert end is not None
        matches = [m for m in (item.search(line, at) for item in inner) if m]
        first = min(matches, key=lambda m: m.start(), default=None)
        if first is None or first.start() >= end.start():
            return end.end()
        at = first.end()


def _captured(
    number: int, pattern: dict[str, Any], match: re.Match[str]
) -> Iterator[Scoped]:
    if "name" in pattern:
        yield Scoped(number, match[0], pattern["name"])
        return
    at = match.start()
    for group in range(1, (match.re.groups or 0) + 1):
        if match[group] is None:
            continue
        if match.start(group) > at:
            yield Scoped(number, match.string[at : match.start(group)], None)
        name = pattern["captures"].get(str(group), {}).get("name")
        yield Scoped(number, match[group], name)
        at = match.end(group)
    if match.end() > at:
        yield Scoped(number, match.string[at : match.end()], None)
