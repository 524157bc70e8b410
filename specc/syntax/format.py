"""The one style of .nnspec files. It has no options.

Bodies are indented by two spaces; one space stands around = and operators; lines are
broken at brackets where they would pass 88 columns, and flows before ->; empty lines
come one at a time. Comments stay where they are, and the meaning is what it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..diagnostics.model import Problem, Source
from .layout import lines_of
from .layout_parts import entries
from .parse import Parsed, read_source
from .tokens import CLOSERS, Token

__all__ = ["FormatError", "format_source", "format_text"]


class FormatError(ValueError):
    """A text does not parse, so that it has no layout; `problems` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


def format_text(text: str) -> str:
    """A text in the one style; formatting twice changes nothing more.

    Raises:
        FormatError: the text does not parse.
    """
    return format_source(Source("<text>", text))


def format_source(source: Source) -> str:
    """A source text in the one style.

    Raises:
        FormatError: the text does not parse.
    """
    parsed = read_source(source)
    if parsed.problems:
        raise FormatError(parsed.problems)
    lines = lines_of(entries(parsed.tokens, parsed.comments))
    text = "".join(f"{line}\n" for line in lines)
    again = read_source(Source(source.name, text))
    if any(problem.rule == "too-large" for problem in again.problems):
        # Indentation can make a text that was nearly too large so.
        raise FormatError(again.problems)
    _hold(parsed, again)
    return text


def _hold(before: Parsed, after: Parsed) -> None:
    """Make sure that nothing was lost: a mistake here would overwrite someone's work."""
    same = _words(before.tokens) == _words(after.tokens)
    remarks = [sorted(t.text for t in s.comments) for s in (before, after)]
    if not same or remarks[0] != remarks[1]:
        raise AssertionError("the formatter would have changed the meaning of a text")


def _words(tokens: list[Token]) -> list[str]:
    """What a text says: its tokens without ends of statements and optional commas."""
    found: list[str] = []
    for token in tokens:
        if token.type in ("NEWLINE", "SEMICOLON"):
            continue
        if found and found[-1] == "," and token.type in CLOSERS:
            found.pop()
        found.append(token.text)
    return found
