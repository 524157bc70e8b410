"""Writing HTML: every text is escaped unless it is HTML already."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

from ..diagnostics.visible import visible

__all__ = [
    "Html",
    "column",
    "element",
    "figure",
    "join",
    "number_cell",
    "table",
    "text",
]

#: Elements that have no end.
_VOID = ("meta", "line", "rect", "circle", "polyline", "path")


class Html(str):
    """A piece of HTML."""

    __slots__ = ()


def text(words: str) -> Html:
    """A text as HTML; what must not be shown as it is becomes visible: ``<U+202E>``."""
    if isinstance(words, Html):
        return words
    return Html(escape("\n".join(visible(line) for line in words.split("\n"))))


def join(pieces: Iterable[str], between: str = "") -> Html:
    """Pieces one after another."""
    return Html(text(between).join(text(piece) for piece in pieces))


def element(kind: str, /, *children: str, **attributes: object) -> Html:
    """An element; of an attribute's name a last ``_`` falls off, others become ``-``.

    Attributes that are None are left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if kind in _VOID and not children:
        return Html(f"<{kind}{written}>" if kind == "meta" else f"<{kind}{written}/>")
    return Html(f"<{kind}{written}>{join(children)}</{kind}>")


def figure(size: float) -> str:
    """A number as the page shows it: two digits."""
    if math.isnan(size):
        return "not a number"
    if math.isinf(size):
        return "∞" if size > 0 else "−∞"
    return f"{size:.2g}"


def number_cell(size: float | None, **attributes: object) -> Html:
    """A cell with a number; all its digits are in the title. Empty for None."""
    if size is None:
        return element("td", "–", class_="number none", **attributes)
    shown = {"class_": "number", "title": repr(size), **attributes}
    return element("td", figure(size), **shown)


def column(words: str, /, **attributes: object) -> Html:
    """The head of a column."""
    return element("th", words, scope="col", **attributes)


def table(caption: str, head: Iterable[str], *bodies: Iterable[str]) -> Html:
    """A table of rows that are written already, each body set off from the others."""
    return element(
        "div",
        element(
            "table",
            element("caption", caption),
            element("thead", *head),
            *(element("tbody", *rows) for rows in bodies),
        ),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label=caption,
    )
