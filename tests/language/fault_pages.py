"""Pages of faults: what is wrong in a text, and what is said about it.

A page is Markdown. Under each heading of the second level stands a block of ``nnspec`` and,
as ``text``, what the check says. A block called ``frame`` completes the blocks after it:
its line of dots stands for theirs. Files that they import lie in ``files``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from specc.diagnostics.model import Problem, Source
from specc.diagnostics.render import render_text
from specc.pipeline import check_source

__all__ = ["FILES", "HERE", "Fault", "faults", "pages", "problems", "rendered"]

HERE = Path(__file__).parent
#: Where the texts of the pages lie, as far as imports are concerned.
FILES = HERE / "files"
_PART = re.compile(
    r"^```frame\n(?P<frame>.*?)^```$"
    r"|^## (?P<title>.+?)\n+```nnspec\n(?P<text>.*?)^```\n+```text\n(?P<said>.*?)^```$",
    re.M | re.S,
)
_DOTS = re.compile(r"^ *…\n", re.M)


@dataclass(frozen=True)
class Fault:
    """A text with a fault, completed by its frame, and what should be said about it."""

    page: str
    title: str
    text: str
    said: str


def pages() -> list[Path]:
    """All pages."""
    return sorted(HERE.glob("*.md"))


def faults(page: Path) -> list[Fault]:
    """The faults of a page, in order."""
    found: list[Fault] = []
    frame = ""
    for part in _PART.finditer(page.read_text(encoding="utf-8")):
        if part["frame"] is not None:
            frame = part["frame"]
        else:
            text = _completed(frame, part["text"])
            found.append(Fault(page.stem, part["title"], text, part["said"]))
    return found


def problems(text: str) -> tuple[Problem, ...]:
    """What the check finds in a text that lies beside the files that can be imported."""
    return check_source(Source("spec.nnspec", text)).problems


def rendered(page: Path) -> str:
    """The page with what is said now."""
    frame = ""

    def part(match: re.Match[str]) -> str:
        nonlocal frame
        if match["frame"] is not None:
            frame = match["frame"]
            return match[0]
        title, text = match["title"], match["text"]
        said = render_text(problems(_completed(frame, text)))
        return f"## {title}\n\n```nnspec\n{text}```\n\n```text\n{said}\n```"

    return _PART.sub(part, page.read_text(encoding="utf-8"))


def _completed(frame: str, text: str) -> str:
    return _DOTS.sub(lambda _: text, frame, count=1) if frame else text
