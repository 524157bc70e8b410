"""`specc verify --selftest`: planted faults, and how many of them are noticed."""

from __future__ import annotations

import json
import os
import sys

import click

from .exits import Exit

__all__ = ["selftest"]


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
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=len(chosen), file=sys.stderr, hidden=hidden) as shown:

        def advance(_: Fault) -> None:
            shown.update(1)

        result = selftest_in_lanes(chosen, lanes, advance)
    if form == "json":
        click.echo(json.dumps(result.to_json(), indent=2))
    else:
        click.echo(result.render(), nl=False)
    return Exit.FINE if result.passed else Exit.FINDINGS
