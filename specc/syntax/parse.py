"""From a source text to its syntax tree."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ..diagnostics.model import Level, Problem, Source, Span
from . import tree
from .brackets import balance
from .characters import forbidden_characters
from .feed import Unexpected, feed
from .gaps import gap, with_gaps
from .limits import MAX_BYTES, MAX_PROBLEMS, MAX_TOKENS
from .scan import Scanned, scan
from .settle import settle
from .tokens import Token
from .tuples import read_as_lists, tuple_problems, tuples

__all__ = ["Parsed", "parse", "read_source", "uncollected"]


@dataclass
class Parsed:
    """What is known of a text after parsing.

    Where there are problems, `file` has gaps (see `tree.Broken`), or is None where the
    text is too large or nested too deep, and `tokens` are of no use.
    """

    file: tree.File | None = None
    tokens: list[Token] = field(default_factory=list[Token])
    comments: list[Token] = field(default_factory=list[Token])
    problems: list[Problem] = field(default_factory=list[Problem])


def parse(source: Source) -> tuple[tree.File | None, list[Problem]]:
    """The syntax tree of a text, and the problems of its characters, words and order.

    Each statement is read on its own: problems of others do not hide one's own, but only
    the first of each is reported. In the tree a `tree.Broken` stands for each statement
    with a problem. The tree is None where the text is too large or nested too deep.
    """
    parsed = read_source(source)
    return parsed.file, parsed.problems


def read_source(source: Source) -> Parsed:
    """All that `parse` finds, with tokens and comments."""
    if (problem := _too_large(source)) is not None:
        return Parsed(problems=[problem])
    with uncollected():
        parsed = _Parse(source).run()
    problems = sorted(parsed.problems, key=_place)
    if len(problems) > MAX_PROBLEMS:
        problems = [*problems[:MAX_PROBLEMS], _more(problems)]
    parsed.problems = problems
    return parsed


class _Parse:
    """One text on its way."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems = list(islice(forbidden_characters(source), MAX_PROBLEMS + 1))
        self.gaps: list[tree.Broken] = []

    def run(self) -> Parsed:
        scanned = scan(self.source)
        if len(scanned.tokens) > MAX_TOKENS:
            message = f"a text of more than {MAX_TOKENS:,} words and signs"
            return Parsed(problems=[_large(self.source, message)])
        self.problems += scanned.problems
        tokens, found = balance(scanned.tokens)
        self.problems += found
        if tokens is None:
            return Parsed(problems=self.problems)
        doubtful = self._lines()
        value = feed(tokens, self._report)
        statements = self._settled(value, doubtful)
        file = tree.File(_whole(scanned), statements)
        return Parsed(
            file, tokens=tokens, comments=scanned.comments, problems=self.problems
        )

    def _lines(self) -> set[int]:
        """The lines that have problems; what else is wrong with them may follow."""
        return {p.span.line for p in self.problems if p.span is not None}

    def _report(self, unexpected: Unexpected) -> bool | None:
        if pairs := tuples(unexpected):
            found = tuple_problems(unexpected.tokens, pairs)
            told = self._lines()
            self.problems += [p for p in found if p.span and p.span.line not in told]
            read_as_lists(unexpected.tokens, pairs)
            return None if len(self.problems) <= MAX_PROBLEMS else False
        self.gaps.append(gap(unexpected))
        lines = {token.line for token in unexpected.statement}
        if not lines & self._lines():
            from .explain import explain  # what only mistakes need is loaded for them

            self.problems.append(explain(unexpected))
        return len(self.problems) <= MAX_PROBLEMS

    def _settled(self, value: Any, doubtful: set[int]) -> tuple[tree.Statement, ...]:
        if value is None:
            return ()
        statements, found = settle(value)
        if self.problems or found:
            wrong = {p.span.start for p in found if p.span is not None}
            statements = with_gaps(statements, self.gaps, doubtful, wrong)
        told = self._lines()
        self.problems += [p for p in found if p.span and p.span.line not in told]
        return statements


@contextmanager
def uncollected() -> Generator[None]:
    """Without the cyclic garbage collector.

    A parse or a check makes many objects and few cycles; looking for some would take as
    long again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _whole(scanned: Scanned) -> Span:
    end = scanned.tokens[-1]
    return Span(end.source, 0, end.end, 1, 1, end.line, end.column)


def _too_large(source: Source) -> Problem | None:
    size = len(source.text)
    if size <= MAX_BYTES and not source.text.isascii():
        size = len(source.text.encode("utf-8", "surrogatepass"))
    if size <= MAX_BYTES:
        return None
    return _large(source, f"a text of {size:,} bytes; at most {MAX_BYTES:,} are read")


def _large(source: Source, message: str) -> Problem:
    return Problem("too-large", message, Span(source, 0, 0, 1, 1, 1, 1))


def _place(problem: Problem) -> int:
    return problem.span.start if problem.span is not None else 0


def _more(problems: list[Problem]) -> Problem:
    return Problem(
        "too-many-problems",
        f"only the first {MAX_PROBLEMS} problems of the text are shown",
        problems[MAX_PROBLEMS].span,
        Level.NOTE,
    )
