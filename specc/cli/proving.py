"""Running the proof for one spec or for several, and handing the verdicts over."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from ..diagnostics.render import FORMATS
from ..pipeline import UnreadableError
from ..verify import Verdict, Watch, WorkerPool, render
from ..verify.report import Entry, is_report, page
from .display import Display
from .endings import Findings, ending
from .exits import Exit, Stop, tell
from .opening import mention_warnings, open_spec
from .outputs import path_text, writing

__all__ = ["Request", "prove", "prove_each", "writable"]


@dataclass(frozen=True)
class Request:
    """What is asked of every spec; nothing in `backends` or `precisions` means all."""

    name: str | None
    backends: tuple[str, ...] | None
    steps: int
    precisions: tuple[str, ...]
    params: Mapping[str, str]
    reuse: Mapping[str, str] = field(default_factory=dict[str, str])

    def entry(self, file: str, pool: WorkerPool | None = None) -> Entry:
        """The verdict on a spec, with the texts that a report quotes."""
        from ..api import SpecError

        spec = open_spec(file, self.params)
        mention_warnings(spec)
        verdict = spec.verify(
            self.name,
            backends=self.backends,
            steps=self.steps,
            precisions=self.precisions or ("float64", "float32"),  # pyright: ignore[reportArgumentType]
            reuse=self.reuse,
            pool=pool,
            watch=Display(sys.stderr) if sys.stderr.isatty() else Watch(),
        )
        programs: dict[str, str] = {}
        for side in verdict.backends:
            try:
                programs[side] = spec.compile(side, self.name)
            except SpecError:  # it refuses a construct, which the verdict says
                continue
        return Entry(file, verdict, spec=spec.source.text, programs=programs)


def prove(
    file: str, request: Request, form: str, report: Path | None, full: bool
) -> Exit:
    """Verify one spec; errors end the command.

    In JSON problems come as `specc check` has them, what else is wrong as among several.
    """
    try:
        entry = request.entry(file)
    except Exception as error:
        stop = ending(error)
        if form == "json" and isinstance(stop, Findings):
            click.echo(FORMATS["json"](stop.problems))
        elif form == "json" and stop is not None:
            entry = Entry(file, None, why=str(stop))
            click.echo(json.dumps(_data(entry, Exit(stop.status)), indent=2))
        raise
    assert entry.verdict is not None
    if form == "json":
        click.echo(json.dumps(_data(entry, Exit.FINE), indent=2))
    else:
        click.echo(render(entry.verdict, full), nl=False)
    _write(report, [entry])
    return _status(entry.verdict)


def prove_each(
    files: Sequence[str], request: Request, form: str, report: Path | None, full: bool
) -> Exit:
    """Verify several specs with the same workers; an error ends its spec only."""
    from ..api import usable_backend
    from ..backend import backends

    names = request.backends or backends()
    for name in names:
        usable_backend(name)
    entries: list[Entry] = []
    ends: list[Exit] = []
    with WorkerPool(names, start=False) as pool:
        for file, name in _trainings(files, request.params):
            entry, status = _attempt(file, replace(request, name=name), pool)
            entries.append(entry)
            ends.append(status)
            if form == "text" and entry.verdict is not None:
                click.echo(f"{path_text(file)}\n{render(entry.verdict, full)}")
    if form == "json":
        found = [_data(*pair) for pair in zip(entries, ends, strict=True)]
        click.echo(json.dumps(found, indent=2))
    else:
        click.echo(_tally(entries))
    _write(report, entries)
    return max(ends)


def _trainings(
    files: Sequence[str], params: Mapping[str, str]
) -> Iterator[tuple[str, str | None]]:
    """The trainings of each file, by name where it has several."""
    for file in files:
        names: list[str | None] = []
        with suppress(UnreadableError):  # which is told when its turn comes
            names += [item.name for item in open_spec(file, params).checked.programs]
        yield from ((file, name) for name in (names if names[1:] else [None]))


def _attempt(file: str, request: Request, pool: WorkerPool) -> tuple[Entry, Exit]:
    try:
        entry = request.entry(file, pool)
    except Exception as error:
        stop = ending(error)
        if stop is None:
            raise
        stop.show()
        return Entry(file, None, why=str(stop)), Exit(stop.status)
    assert entry.verdict is not None
    return entry, _status(entry.verdict)


def _status(verdict: Verdict) -> Exit:
    return Exit.FINE if verdict.equal else Exit.FINDINGS


def _data(entry: Entry, status: Exit) -> dict[str, Any]:
    if entry.verdict is None:
        return {
            "file": entry.file,
            "outcome": entry.outcome,
            "why": entry.why,
            "status": int(status),
        }
    return {"file": entry.file, **entry.verdict.to_json()}


def _tally(entries: Sequence[Entry]) -> str:
    """``3 specs: 2 equal, 1 refused``."""
    words = [item.verdict.outcome if item.verdict else item.outcome for item in entries]
    counts = [f"{count} {word}" for word, count in Counter(words).items()]
    return f"{len(entries)} specs: {', '.join(counts)}"


def writable(report: Path) -> None:
    """Stop before the work if the report cannot be written, or would replace another file.

    Raises:
        Stop: with status 2.
    """
    if report.exists() and not is_report(report):
        why = f"{report} is there and is no report of specc; choose another name"
        raise Stop(why, Exit.USAGE)
    if not report.parent.is_dir():
        why = f"cannot write {report}: {report.parent} is no folder"
        raise Stop(why, Exit.USAGE)
    there = report.exists()
    try:
        report.open("ab").close()
    except OSError as error:
        raise Stop(f"cannot write {report}: {error.strerror}", Exit.USAGE) from None
    if not there:
        report.unlink()


def _write(report: Path | None, entries: Sequence[Entry]) -> None:
    if report is None:
        return
    with writing(report):
        report.write_text(page(entries), encoding="utf-8", newline="\n")
    tell(f"report: {report}")
