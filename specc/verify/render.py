"""A verdict as text for a reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .verdict import Check, Difference, Verdict

__all__ = ["counted", "excuses", "headline", "render"]

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
    yield f"{verdict.name}: {headline(verdict)}   ({sides})"
    if verdict.stopped:
        yield f"stopped at the first difference: {counted(verdict)} tensors compared"
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


def headline(verdict: Verdict) -> str:
    """The verdict in a line: what, and where."""
    if verdict.outcome == "equal":
        return f"equal, over {verdict.steps} steps and {verdict.compared} tensors"
    if verdict.outcome == "different" and verdict.differences:
        first = verdict.differences[0]
        line = f" ({first.place})" if first.place else ""
        return f"different at {first.node or first.tensor}{line}"
    return verdict.outcome


def counted(verdict: Verdict) -> str:
    """``1,234 of 2,000``."""
    return f"{verdict.compared:,} of {verdict.expected:,}"


def _table(checks: tuple[Check, ...]) -> Iterator[str]:
    width = max(len(check.part) for check in checks)
    yield f"{'':8} {'':{width}} {'compared':>9} {'worst':>9} {'gate':>9}"
    for check in checks:
        mark = ("  ~" if check.excused else "") if check.passed else "  ✗"
        yield (
            f"{check.precision:8} {check.part:{width}} {check.compared:9d}"
            f" {check.worst:9.2g} {check.gate:9.2g}{mark}"
        )
    yield from (f"~ {line}" for line in excuses(checks))
    yield "worst and gate: relative differences between the sides"
    for unit in dict.fromkeys(check.unit for check in checks if check.unit):
        named = [check for check in checks if check.unit == unit]
        alone = f"of the {named[0].part}"
        yield f"    {f'in {named[0].precision}' if named[1:] else alone}: {unit}"


def excuses(checks: Iterable[Check]) -> Iterator[str]:
    """What went beyond its gate and is no difference: how many, for each reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for check in (check for check in checks if check.passed):
        for name, why in check.excused.items():
            found.setdefault((f"{check.precision} {check.part}", why), []).append(name)
    for (part, why), names in found.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"{part}: {names[0]}{more} beyond the gate, {why}"


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
    for side, spans in item.emitted.items():
        if spans:
            yield f"    {side}: {_spans(spans)} of its program"


def _spans(spans: tuple[tuple[int, int], ...]) -> str:
    """``lines 12, 20-24``."""
    listed = [f"{a}" if a == b else f"{a}-{b}" for a, b in spans]
    return f"line{'' if listed == [str(spans[0][0])] else 's'} {', '.join(listed)}"


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
