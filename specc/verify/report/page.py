"""The whole page: a heading, an index where there are several specs, and their reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from ..render import headline
from ..verdict import Verdict
from . import sections
from .curves import curves
from .html import Html, column, element, table
from .plot import draw
from .wrong import findings

__all__ = ["Entry", "is_report", "page"]

#: Nothing may be fetched from anywhere.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


#: By this line a page is known for one of ours.
GENERATOR = element("meta", name="generator", content="specc verify")


def is_report(file: Path) -> bool:
    """Whether a file holds a report, which another one may replace."""
    try:
        with file.open("rb") as opened:
            return GENERATOR.encode() in opened.read(1000)
    except OSError:
        return False


@dataclass(frozen=True)
class Entry:
    """A spec and its verdict, or why there is none; the texts are for excerpts.

    `programs` are the emitted texts by backend.
    """

    file: str
    verdict: Verdict | None
    why: str = ""
    spec: str = ""
    programs: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def outcome(self) -> str:
        """The verdict in words; without one, that there is none."""
        return headline(self.verdict) if self.verdict else "no verdict"


def page(entries: Sequence[Entry]) -> str:
    """The report as one HTML page that needs nothing from elsewhere."""
    several = len(entries) > 1
    title = f"{len(entries)} specs" if several else entries[0].file
    style = files(__package__ or "").joinpath("style.css").read_text("utf-8")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        GENERATOR,
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("title", f"Equivalence: {title}"),
        element("style", Html(style)),
    )
    body = element(
        "body",
        element("header", element("h1", "Proof of equivalence"), element("p", title)),
        _index(entries) if several else "",
        element("main", *(_report(n, e) for n, e in enumerate(entries, 1))),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _index(entries: Sequence[Entry]) -> Html:
    columns = ("Spec", "Model", "Verdict", "Tensors")
    head = element("tr", *map(column, columns))
    rows: list[Html] = []
    for number, entry in enumerate(entries, 1):
        verdict = entry.verdict
        link = element("a", entry.file, href=f"#spec-{number}")
        kind = verdict.outcome.replace(" ", "-") if verdict else "not-comparable"
        tensors = f"{verdict.compared:,}" if verdict else ""
        rows.append(
            element(
                "tr",
                element("th", link, scope="row"),
                element("td", verdict.name if verdict else ""),
                element("td", entry.outcome, class_=f"word {kind}"),
                element("td", tensors, class_="number"),
            )
        )
    return element("nav", table("Verdicts", [head], rows), aria_label="Specs")


def _report(number: int, entry: Entry) -> Html:
    name = entry.verdict.name if entry.verdict else entry.file
    title = f"spec-{number}-title"
    heading = element("h2", name, element("small", entry.file), id=title)
    if entry.verdict is None:
        why = element("pre", entry.why, class_="why")
        banner = element("div", element("p", "No verdict", class_="outcome"))
        parts = [element("div", banner, class_="banner not-comparable"), why]
    else:
        parts = list(_parts(number, entry, entry.verdict))
    return element(
        "section", heading, *parts, id=f"spec-{number}", aria_labelledby=title
    )


def _parts(number: int, entry: Entry, verdict: Verdict) -> Iterator[Html]:
    yield sections.banner(verdict)
    yield from findings(verdict, entry.spec, entry.programs)
    if verdict.checks:
        yield element("h3", "Steps")
        yield sections.steps(verdict.checks)
        yield sections.excused(verdict.checks)
        yield element("p", _EXPLAINED, class_="remark")
        plots = enumerate(curves(verdict), 1)
        drawn = [draw(plot, f"spec-{number}-plot-{n}") for n, plot in plots]
        if drawn:
            yield element("h3", "Errors")
            yield element("div", *drawn, class_="plots")
    if verdict.notes:
        yield element("h3", "Notes")
        yield sections.notes(verdict)
    if verdict.portability:
        yield element("h3", "Portability")
        yield sections.portability(verdict.portability)
        yield element("p", _MEASURED, class_="remark")
    yield element("h3", "Made under")
    yield sections.circumstances(verdict)


_EXPLAINED = (
    "In float64 the error is the largest difference between two sides, relative to the"
    " largest entry of the tensor. In float32 it is that of a side against its own run"
    " in float64, at the 99th percentile of entries; its gate holds for the ratio of the"
    " sides' errors, of which those within rounding count as alike. Odd batches are zero,"
    " huge, tied, or of one row."
)
_MEASURED = (
    "The errors are the largest of all tensors in which a construct shows: in float64"
    " against the reference, where it took part, in float32 against float64. Layers and"
    " activations are measured on nodes alone; what other constructs show in carries the"
    " rounding of all that comes before it."
)
