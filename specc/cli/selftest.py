"""`specc verify --selftest`: planted faults, and how many of them are noticed."""

from __future__ import annotations

import itertools
import json
import os
import sys

import click

from .exits import Exit

__all__ = ["selftest", "tenth"]


def selftest(backends: tuple[str, ...] | None, form: str) -> Exit:
    """Try the faults of all backends, or of those given, each against the judge."""
    from ..api import usable_backend
    from ..backend import backends as all_backends
    from ..verify.faults import Fault, faults, selftest_in_lanes
    from ..verify.protocol import JUDGE

    names = backends or all_backends()
    for name in {*names, JUDGE}:
        usable_backend(name)
    chosen = [fault for fault in faults() if fault.backend in names]
    lanes = min(2, os.cpu_count() or 1)
    plain = not sys.stderr.isatty()
    done = itertools.count(1)
    with click.progressbar(length=len(chosen), file=sys.stderr, hidden=plain) as shown:

        def advance(_: Fault) -> None:
            shown.update(1)
            if plain:
                tenth(next(done), len(chosen))

        result = selftest_in_lanes(chosen, lanes, advance)
    if form == "json":
        click.echo(json.dumps(result.to_json(), indent=2))
    else:
        click.echo(result.render(), nl=False)
    return Exit.FINE if result.passed else Exit.FINDINGS


def tenth(done: int, whole: int) -> None:
    """Say how far the work is, after each tenth of it."""
    if done * 10 // whole > (done - 1) * 10 // whole:
        click.echo(f"{done} of {whole} faults planted", err=True)
