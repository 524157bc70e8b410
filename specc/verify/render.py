"""A verdict as text for a reader."""

from __future__ import annotations

from collections.abc import Iterator

from .verdict import Check, Difference, Verdict

__all__ = ["render"]

#: From how many lines on a reader has lost sight of the first.
LONG = 20


def render(verdict: Verdict, every: bool = False) -> str:
    """The verdict in a few lines; with `every`, all differences and not the first five.

    The first line is the verdict. It comes again as the last where the text is long.
    """
    lines = list(_lines(verdict, every))
    if len(lines) > LONG:
        lines += ["", lines[0]]
    return "\n".join(lines) + "\n"


def _lines(verdict: Verdict, every: bool) -> Iterator[str]:
    sides = " · ".join(verdict.backends)
    yield f"{verdict.name}: {_outcome(verdict)}   ({sides})"
    if verdict.checks:
        yield ""
        yield from _table(verdict.checks)
    shown = verdict.differences if every else verdict.differences[:5]
    for difference in shown:
        yield ""
        yield from _difference(difference)
    if len(shown) < len(verdict.differences):
        yield ""
        yield f"… and {len(verdict.differences) - len(shown)} more that follow from these"
    for failure in verdict.failures:
        yield ""
        where = f" in {failure.node} ({failure.place})" if failure.node else ""
        yield f"{failure.backend} could not be compared{where}: {failure.why}"
        for line in failure.detail.strip().splitlines()[-12:]:
            yield f"    {line}"
    for refusal in verdict.refusals:
        where = f" ({refusal.place})" if refusal.place else ""
        yield f"{refusal.backend} refuses {refusal.keyword}{where}: {refusal.why}"
    for note in verdict.notes:
        yield ""
        yield f"note: {note}"


def _outcome(verdict: Verdict) -> str:
    if verdict.outcome == "equal":
        return f"equal, over {verdict.steps} steps and {verdict.compared} tensors"
    if verdict.outcome == "different" and verdict.differences:
        first = verdict.differences[0]
        line = f" ({first.place})" if first.place else ""
        return f"different at {first.node or first.tensor}{line}"
    return verdict.outcome


def _table(checks: tuple[Check, ...]) -> Iterator[str]:
    width = max(len(check.part) for check in checks)
    yield f"{'':8} {'':{width}} {'compared':>9} {'worst':>9} {'gate':>9}"
    for check in checks:
        mark = "" if check.passed else "  ✗"
        yield (
            f"{check.precision:8} {check.part:{width}} {check.compared:9d}"
            f" {check.worst:9.2g} {check.gate:9.2g}{mark}"
        )
    yield "worst and gate in float64: relative differences between the sides"
    if any(check.precision == "float32" for check in checks):
        yield (
            "worst and gate in float32: ratios of the sides' errors, each its distance"
            " from float64; 1 is alike"
        )


def _difference(item: Difference) -> Iterator[str]:
    yield f"{item.precision}, {item.part}: {item.tensor} {_size(item)}"
    place = f" ({item.place})" if item.place else ""
    field = f", {item.field}" if item.field else ""
    if item.node:
        yield f"    at {item.node}{field}{place}"
    if item.step is not None:
        yield f"    first at step {item.step}"
    elif item.batch is not None:
        yield f"    on the batch {item.batch}"
    if item.guilty:
        yield f"    {item.guilty} is the one that differs"
    if item.hint:
        yield f"    {item.hint}"


def _size(item: Difference) -> str:
    if item.reason != "differs":
        if item.sizes:
            errors = ", ".join(
                f"{side} {size:.2g}" for side, size in item.sizes.items()
            )
            return f"{item.reason} ({errors})"
        return item.reason
    pairs = ", ".join(
        f"{pair.replace('|', ' and ')} by {size:.2g}"
        for pair, size in item.sizes.items()
        if not size <= item.gate
    )
    return f"differs: {pairs} (gate {item.gate:.2g})"
