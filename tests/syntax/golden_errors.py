"""Pages of malformed texts, each followed by what is said about it.

A page is Markdown: under each heading a block of `nnspec` and a block of `text`. With
``SPECC_REWRITE=1`` in the environment the tests write the blocks of text anew; their
difference is then read before it is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from specc.diagnostics.model import Source
from specc.diagnostics.render import render_text
from specc.syntax.parse import parse

__all__ = ["Case", "cases", "rewritten", "said"]

_CASE = re.compile(r"^## (.+?)\n+```nnspec\n(.*?)```\n+```text\n(.*?)```$", re.M | re.S)


@dataclass(frozen=True)
class Case:
    """A malformed text and what should be said about it."""

    title: str
    text: str
    said: str


def cases(page: Path) -> list[Case]:
    """The cases of a page, in order."""
    return [Case(*found) for found in _CASE.findall(page.read_text(encoding="utf-8"))]


def said(text: str) -> str:
    """What is said about a text, as on a page."""
    _, problems = parse(Source("spec.nnspec", text))
    shown = render_text(problems)
    return f"{shown}\n" if shown else ""


def rewritten(page: Path) -> str:
    """The page with what is said now."""

    def block(match: re.Match[str]) -> str:
        title, text, _ = match.groups()
        return f"## {title}\n\n```nnspec\n{text}```\n\n```text\n{said(text)}```"

    return _CASE.sub(block, page.read_text(encoding="utf-8"))
