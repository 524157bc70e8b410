"""What is wrong: differences with their lines, failures and refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...pictures.html import Html, column, element, join, number_cell, table
from ..verdict import Difference, Failure, Place, Refused, Verdict
from .excerpts import excerpt

__all__ = ["findings"]

#: Lines of a traceback that are shown, and differences that are listed.
TRACE, LISTED = 20, 40


def findings(
    verdict: Verdict, spec: str, programs: Mapping[str, str]
) -> Iterator[Html]:
    """The first difference with its lines, the others, failures and refusals."""
    if verdict.differences:
        first, *rest = verdict.differences
        yield element("h3", "The first difference")
        yield _first(first, spec, programs)
        if rest:
            yield _others(rest)
    for failure in verdict.failures:
        yield from _failure(failure, spec, programs)
    if verdict.refusals:
        yield element("h3", "Refused")
        yield _refusals(verdict.refusals)
        places = dict.fromkeys(r.place for r in verdict.refusals if r.place)
        yield from (_in_spec(place, spec) for place in places)


def _first(item: Difference, spec: str, programs: Mapping[str, str]) -> Html:
    where = f" at {item.node}" if item.node else ""
    lead = f"{item.precision}, {item.part}: {item.tensor} {item.reason}{where}"
    remarks = [item.hint or ""]
    if item.guilty:
        remarks.append(f"{item.guilty} is the one that differs.")
    if item.step is not None:
        remarks.append(f"First at step {item.step}.")
    elif item.batch is not None:
        remarks.append(f"On the batch {item.batch}.")
    rows = [
        element("tr", element("th", _pair(sides), scope="row"), number_cell(size))
        for sides, size in item.sizes.items()
    ]
    gate = element("tr", element("th", "gate", scope="row"), number_cell(item.gate))
    head = element("tr", column("Sides"), column("Relative difference"))
    return join(
        [
            element("p", lead, class_="lead"),
            *(element("p", remark) for remark in remarks if remark),
            table("How far the sides are apart", [head], [*rows, gate]) if rows else "",
            _in_spec(item.place, spec) if item.place else "",
            element("div", *_in_programs(item, programs), class_="programs"),
        ]
    )


def _in_spec(place: Place, spec: str) -> Html:
    span = (place.line, place.line)
    return excerpt(f"The spec: {place}", spec, [span], around=2)


def _in_programs(item: Difference, programs: Mapping[str, str]) -> Iterator[Html]:
    for side, spans in item.emitted.items():
        if spans and side in programs:
            guilty = " — differs" if side == item.guilty else ""
            yield excerpt(f"The {side} program{guilty}", programs[side], spans)


def _others(rest: list[Difference]) -> Html:
    head = element(
        "tr",
        *map(column, ("Precision", "Part", "Tensor", "At", "Place", "Size", "Gate")),
    )
    rows = [
        element(
            "tr",
            *(element("td", w) for w in (item.precision, item.part, item.tensor)),
            element("td", ", ".join(filter(None, (item.node, item.field)))),
            element("td", str(item.place or "")),
            number_cell(item.size),
            number_cell(item.gate),
        )
        for item in rest[:LISTED]
    ]
    more = len(rest) - len(rows)
    left = element("p", f"… and {more} more") if more else ""
    return element(
        "details",
        element("summary", f"{len(rest)} more that follow from it"),
        table("Further differences", [head], rows),
        left,
    )


def _failure(
    failure: Failure, spec: str, programs: Mapping[str, str]
) -> Iterator[Html]:
    where = f" in {failure.node} ({failure.place})" if failure.node else ""
    yield element("h3", f"{failure.backend} could not be compared{where}")
    yield element("p", failure.why, class_="lead")
    if failure.place:
        yield _in_spec(failure.place, spec)
    if failure.line and failure.backend in programs:
        span = (failure.line, failure.line)
        title = f"The {failure.backend} program"
        yield excerpt(title, programs[failure.backend], [span], around=2)
    if failure.detail.strip():
        tail = failure.detail.strip().splitlines()[-TRACE:]
        last = element("pre", element("code", "\n".join(tail)), tabindex="0")
        yield element("details", element("summary", "What it wrote last"), last)


def _refusals(refusals: Iterable[Refused]) -> Html:
    head = element("tr", *map(column, ("Backend", "Construct", "Place", "Why")))
    rows = [
        element(
            "tr",
            element("th", item.backend, scope="row"),
            element("td", element("code", item.keyword)),
            element("td", str(item.place or "")),
            element("td", item.why),
        )
        for item in refusals
    ]
    return table("What a backend cannot compute exactly", [head], rows)


def _pair(sides: str) -> str:
    return sides.replace("|", " and ")
