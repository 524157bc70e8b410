"""``python -m specc.verify.sweep``: random specs through the full proof."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from ...backend import backends
from ..pool import WorkerPool
from ..render import render
from ..verdict import Verdict
from .judge import STEPS, Judge
from .run import sweep


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m specc.verify.sweep",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--count", type=int, default=300, help="how many programs")
    parser.add_argument("--seed", type=int, default=0, help="of the series")
    parser.add_argument("--first", type=int, default=0, help="number to begin with")
    parser.add_argument("--steps", type=int, default=STEPS, help="updates at least")
    parser.add_argument(
        "--keep", type=Path, help="folder for programs that fail, made small"
    )
    return parser


def main() -> int:
    """Run a sweep; 1 if any backend disagreed, else 0."""
    given = _arguments().parse_args()
    before, number = time.monotonic(), given.first

    def watch(name: str, verdict: Verdict) -> None:
        nonlocal before, number
        number += 1
        seconds, before = time.monotonic() - before, time.monotonic()
        line = f"{number}/{given.count} {name} {verdict.outcome} {seconds:.1f} s"
        print(line, file=sys.stderr, flush=True)
        if not verdict.equal:
            print(render(verdict), file=sys.stderr, flush=True)

    with WorkerPool(backends()) as pool:
        judge = Judge(pool, backends(), steps=given.steps)
        result = sweep(
            given.count, given.seed, judge, watch, given.keep, first=given.first
        )
    print(result.render(), end="")
    return 0 if result.passed else 1


if __name__ == "__main__":
    sys.exit(main())
