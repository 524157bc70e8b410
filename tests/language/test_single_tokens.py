"""A fault in one token is reported on the line where it is, and alone.

``SPECC_ALL_TOKENS=1`` in the environment takes every token of every example, and prints
those that are reported elsewhere.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest
from single_tokens import KINDS, Slip, slips

from specc.diagnostics import Level, Source
from specc.pipeline import check_source

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.nnspec"))
#: How many slips of each kind are tried in each example.
SAMPLE = 30
SHARE = 0.95


def drawn() -> list[tuple[Path, Slip]]:
    """The slips that are tried, the same in every run."""
    choice = random.Random(20)
    found: list[tuple[Path, Slip]] = []
    for path in EXAMPLES:
        every = list(slips(path.name, path.read_text("utf-8"), choice))
        for kind in KINDS:
            of_kind = [slip for slip in every if slip.kind == kind]
            some = min(SAMPLE, len(of_kind))
            chosen = (
                of_kind
                if "SPECC_ALL_TOKENS" in os.environ
                else choice.sample(of_kind, some)
            )
            found += [(path, slip) for slip in chosen]
    return found


def judged(path: Path, slip: Slip) -> str:
    """Whether a slip is found on its line, elsewhere, or is no fault at all."""
    checked = check_source(Source(path.name, slip.text))
    problems = [p for p in checked.problems if p.level is Level.ERROR]
    if not problems:
        return "valid"
    first, *_ = problems
    assert first.span is not None
    lines = {p.span.line for p in problems if p.span}
    if not lines & slip.lines:
        if "SPECC_ALL_TOKENS" in os.environ:
            print(
                f"{path.name}:{sorted(slip.lines)}: {slip.kind} {slip.what!r}: {first}"
            )
        return "elsewhere"
    return "alone" if len(problems) == 1 else "with others"


def test_faults_are_reported_on_their_line(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        for path, slip in drawn():
            counts[slip.kind][judged(path, slip)] += 1
        for kind, of_kind in counts.items():
            wrong = of_kind.total() - of_kind["valid"]
            right = (wrong - of_kind["elsewhere"]) / wrong
            figures = ", ".join(f"{n} {what}" for what, n in sorted(of_kind.items()))
            print(
                f"\n{kind:9} {right:7.2%} of {wrong} on their line ({figures})", end=""
            )
        print()
    total = sum(counts.values(), Counter[str]())
    assert total.total() - total["valid"] > 500
    for of_kind in (*counts.values(), total):
        wrong = of_kind.total() - of_kind["valid"]
        assert (wrong - of_kind["elsewhere"]) / wrong >= SHARE
