"""Lines of a spec and of emitted programs, with those that matter marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...pictures.html import Html, element

__all__ = ["excerpt"]

#: Lines of an excerpt at the most, and columns of a line.
LONGEST, WIDEST = 70, 140


def excerpt(
    title: str, source: str, spans: Iterable[tuple[int, int]], around: int = 1
) -> Html:
    """Stretches of lines with `around` lines about them; a gap stands for what is not shown."""
    lines = source.replace("\r\n", "\n").split("\n")
    marked = {n for first, last in spans for n in range(first, last + 1)}
    shown = sorted(
        {
            near
            for number in marked
            for near in range(number - around, number + around + 1)
            if 1 <= near <= len(lines)
        }
    )
    rows = list(_rows(lines, shown[:LONGEST], marked))
    if len(shown) > LONGEST:
        rows.append(
            element("span", f"… {len(shown) - LONGEST} more lines", class_="gap")
        )
    return element(
        "figure",
        element("figcaption", title),
        element("pre", element("code", *rows), tabindex="0"),
        class_="excerpt",
    )


def _rows(lines: list[str], shown: list[int], marked: set[int]) -> Iterator[Html]:
    before = None
    for number in shown:
        if before is not None and number > before + 1:
            yield element("span", "⋯", class_="gap")
        before = number
        line = lines[number - 1].rstrip()
        if len(line) > WIDEST:
            line = line[: WIDEST - 1] + "…"
        yield element(
            "span",
            element("span", f"{number:5} ", class_="no"),
            line or " ",
            class_="line marked" if number in marked else "line",
            data_line=number,
        )
