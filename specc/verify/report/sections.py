"""The sections of a report, each from a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..protocol import JUDGE
from ..render import counted, excuses, headline
from ..verdict import Check, Portable, Standing, Verdict
from .html import Html, column, element, figure, number_cell, table

__all__ = ["banner", "circumstances", "excused", "notes", "portability", "steps"]


def banner(verdict: Verdict) -> Html:
    """The verdict at a glance."""
    kind = verdict.outcome.replace(" ", "-")
    facts = [("Backends", ", ".join(verdict.backends))]
    if verdict.checks:
        why = ", stopped at the first difference" if verdict.stopped else ""
        facts += [
            ("Tensors compared", f"{counted(verdict)}{why}"),
            ("Training steps", f"{verdict.steps:,}"),
        ]
        double = [
            check.worst
            for check in verdict.checks
            if check.precision == "float64" and not check.unit
        ]
        if double:
            facts.append(("Worst error in float64", figure(max(double))))
    return element(
        "div",
        element("p", headline(verdict), class_="outcome"),
        element(
            "dl",
            *(element("div", element("dt", a), element("dd", b)) for a, b in facts),
        ),
        class_=f"banner {kind}",
    )


# What was compared --------------------------------------------------------------


def steps(checks: Iterable[Check]) -> Html:
    """The table of steps: each part in each precision, counted and held to its gate."""
    by_part: dict[str, dict[str, list[Check]]] = {}
    for check in checks:
        by_part.setdefault(check.part, {}).setdefault(check.precision, []).append(check)
    precisions = list(dict.fromkeys(p for found in by_part.values() for p in found))
    top = [column("Part", rowspan=2)]
    below: list[Html] = []
    for precision in precisions:
        single = precision == "float32"
        names = ["Tensors", "Worst error", *(["Ratio"] if single else []), "Gate", "OK"]
        top.append(element("th", precision, scope="colgroup", colspan=len(names)))
        below += [column(name) for name in names]
    rows = [
        _step(part, number, found, precisions)
        for part, found in by_part.items()
        for number in range(max(map(len, found.values())))
    ]
    head = [element("tr", *top), element("tr", *below)]
    return table("Steps of the comparison, in their order", head, rows)


def _step(
    part: str, number: int, found: Mapping[str, list[Check]], precisions: list[str]
) -> Html:
    units = {
        c.unit for some in found.values() for c in some if c.precision == "float64"
    }
    unit = element("small", *units) if any(units) else ""
    cells: list[Html] = [element("th", part, unit, scope="row")]
    for precision in precisions:
        some = found.get(precision, [])
        width = 5 if precision == "float32" else 4
        if number < len(some):
            cells += _cells(some[number])
        else:
            cells.append(element("td", "", colspan=width))
    return element("tr", *cells)


def _cells(check: Check) -> Iterator[Html]:
    counted = f"{check.compared:,}"
    if check.compared != check.expected:
        counted += f" of {check.expected:,}"
    yield element("td", counted, class_="number")
    if check.precision == "float32":
        sizes = [size for by in check.errors.values() for size in by.values()]
        yield number_cell(max(sizes, default=None))
        exact = check.gate == 0.0
        yield number_cell(None if exact else check.worst)
    else:
        yield number_cell(check.worst)
    yield number_cell(check.gate)
    mark, word = ("✓", "passed") if check.passed else ("✗", "failed")
    told = word
    if check.passed and check.excused:
        mark, told = "~", f"{len(check.excused)} beyond the gate, see below"
    yield element("td", element("span", mark, title=told), class_=f"mark {word}")


def excused(checks: Iterable[Check]) -> Html:
    """What went beyond its gate and is no difference, with the evidence."""
    lines = list(excuses(checks))
    if not lines:
        return Html("")
    title = element("p", "~ Beyond the gate, and no difference:")
    listed = element("ul", *(element("li", line) for line in lines))
    return element("div", title, listed, class_="excused")


def notes(verdict: Verdict) -> Html:
    """Remarks of the comparison."""
    return element("ul", *(element("li", note) for note in verdict.notes))


# What it depends on ------------------------------------------------------------


def portability(rows: Iterable[Portable]) -> Html:
    """Each construct of the spec on each backend."""
    head = element(
        "tr",
        *map(column, ("Construct", "Backend", "Computed", "By, or the difference")),
        column("Error in float64", title="largest against the reference"),
        column("Error in float32", title="largest against its own run in float64"),
    )
    return table(
        "Constructs of this spec, and how each backend computes them",
        [head],
        *(list(_construct(item)) for item in rows),
    )


def _construct(item: Portable) -> Iterator[Html]:
    numbers = list(dict.fromkeys(str(place.line) for place in item.places))
    where = f"line{'s' if numbers[1:] else ''} {', '.join(numbers)}" if numbers else ""
    named = element(
        "th",
        element("code", item.keyword),
        element("small", " ".join(filter(None, (item.family, where)))),
        scope="rowgroup",
        rowspan=len(item.backends),
    )
    for number, (side, standing) in enumerate(item.backends.items()):
        lead = [named] if number == 0 else []
        yield element("tr", *lead, *_standing(side, standing))


def _standing(side: str, standing: Standing) -> Iterator[Html]:
    yield element("th", side, scope="row")
    judge = side == JUDGE and standing.how != "refused"
    words = "by the formula" if judge else standing.how
    yield element("td", words, class_=None if judge else f"how {standing.how}")
    yield element("td", standing.text, class_="text")
    for precision in ("float64", "float32"):
        yield number_cell(standing.errors.get(precision))


def circumstances(verdict: Verdict) -> Html:
    """Seed, device and versions."""
    facts = {name: str(value) for name, value in verdict.environment.items()}
    for side, packages in verdict.versions.items():
        facts[side] = ", ".join(f"{name} {number}" for name, number in packages.items())
    pairs = facts.items()
    return element(
        "dl",
        *(element("div", element("dt", a), element("dd", b)) for a, b in pairs),
        class_="facts",
    )
