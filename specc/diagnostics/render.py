"""Problems as text for people; the forms for programs are beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from textwrap import wrap

from .excerpt import Row, excerpt
from .machine import render_github, render_json, render_sarif
from .model import Level, Note, Problem, Span
from .visible import cells, visible
from .words import suggested

__all__ = ["FORMATS", "render_github", "render_json", "render_sarif", "render_text"]

#: Columns of a line of source text that are shown, unless told otherwise.
WIDTH = 100

_COLORS = {Level.ERROR: "1;31", Level.WARNING: "1;33", Level.NOTE: "1;36"}
_BOLD = "1"
_FRAME = "34"


def render_text(
    problems: Iterable[Problem], color: bool = False, width: int = WIDTH
) -> str:
    """Each problem with its line underlined, what was expected, and a suggestion.

    `width` is the number of columns that a line of the source may take. The text ends
    without a newline, and is empty without problems.
    """
    paint = _painted if color else _plain
    return "\n\n".join(_Text(problem, paint, width).render() for problem in problems)


Paint = Callable[[str, str], str]


def _painted(text: str, code: str) -> str:
    return f"\033[{code}m{text}\033[0m" if text else ""


def _plain(text: str, code: str) -> str:
    return text


class _Text:
    """One problem on its way to being text."""

    def __init__(self, problem: Problem, paint: Paint, width: int) -> None:
        self.problem = problem
        self.paint = paint
        self.width = width
        spans = [problem.span, *(note.span for note in problem.notes)]
        last = max((span.end_line for span in spans if span is not None), default=0)
        #: The room that numbers of lines take.
        self.gutter = len(str(last)) if last else 1

    def render(self) -> str:
        problem = self.problem
        color = _COLORS[problem.level]
        head = self.paint(f"{problem.level}[{problem.rule}]", color)
        lines = [f"{head}: {self.paint(visible(problem.message), _BOLD)}"]
        label = f"expected {visible(problem.expected)}" if problem.expected else ""
        if problem.span is not None:
            lines += self._place(problem.span, "^", color, label)
        elif label:
            lines += self._remark(label)
        if problem.suggestion:
            lines += self._remark(suggested(problem.suggestion))
        for note in problem.notes:
            lines += self._note(note)
        return "\n".join(lines)

    def _note(self, note: Note) -> list[str]:
        message = visible(note.message)
        if note.span is None:
            return self._remark(f"note: {message}")
        head = f"{self.paint('note', _COLORS[Level.NOTE])}: {message}"
        return [head, *self._place(note.span, "-", _COLORS[Level.NOTE], "")]

    def _remark(self, text: str) -> list[str]:
        """A remark under a place, on as many lines as it takes."""
        first, *rest = wrap(
            visible(text), self.width, break_long_words=False, break_on_hyphens=False
        ) or [""]
        margin = " " * self.gutter
        lines = [f"{margin} {self.paint('=', _FRAME)} {first}"]
        return lines + [f"{margin}   {line}" for line in rest]

    def _place(self, span: Span, mark: str, color: str, label: str) -> list[str]:
        arrow = self.paint("-->", _FRAME)
        place = f"{visible(span.source.name)}:{span.line}:{span.column}"
        bar = f"{' ' * self.gutter} {self.paint('|', _FRAME)}"
        lines = [f"{' ' * self.gutter}{arrow} {place}", bar]
        *others, last = excerpt(span, self.width)
        for row in others:
            lines += self._row(row, mark, color, "")
        beside = not label or cells(label) + last.indent + last.length < self.width
        lines += self._row(last, mark, color, label if beside else "")
        return [*lines, bar, *([] if beside else self._remark(label))]

    def _row(self, row: Row, mark: str, color: str, label: str) -> list[str]:
        """A line and what is under it."""
        if row.number is None:
            return [self.paint("...", _FRAME)]
        number = self.paint(f"{row.number:>{self.gutter}}", _FRAME)
        frame = self.paint("|", _FRAME)
        marked = f"{mark * row.length} {label}".rstrip()
        return [
            f"{number} {frame} {row.text}".rstrip(),
            f"{' ' * self.gutter} {frame} {' ' * row.indent}{self.paint(marked, color)}",
        ]


#: The forms of output that are made for programs, by name.
FORMATS: dict[str, Callable[[Iterable[Problem]], str]] = {
    "json": render_json,
    "github": render_github,
    "sarif": render_sarif,
}
