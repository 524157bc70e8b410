"""The formatter: one style, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from plain_tree import parsed, plain
from written_specs import specs

from specc.diagnostics.model import Source
from specc.syntax.format import FormatError, format_text
from specc.syntax.parse import read_source

WHOLE = Path(__file__).with_name("whole_language.nnspec").read_text(encoding="utf-8")
STYLE = Path(__file__).with_name("style.md").read_text(encoding="utf-8")


def comments(text: str) -> list[str]:
    return sorted(c.text for c in read_source(Source("a", text)).comments)


def pages() -> list[tuple[str, str, str]]:
    """Heading, text and formatted text of each section of the page of style."""
    found: list[tuple[str, str, str]] = []
    for section in STYLE.split("\n## ")[1:]:
        title, before, after = section.split("```nnspec\n")
        found.append((title.strip(), before.split("```")[0], after.split("```")[0]))
    return found


@pytest.mark.parametrize(
    ("title", "before", "after"), pages(), ids=lambda text: text[:20]
)
def test_style(title: str, before: str, after: str) -> None:
    assert format_text(before) == after, title
    assert format_text(after) == after


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(specs())
def test_formatting_keeps_meaning_and_comments_and_is_stable(text: str) -> None:
    formatted = format_text(text)
    assert plain(parsed(formatted)) == plain(parsed(text))
    assert comments(formatted) == comments(text)
    assert format_text(formatted) == formatted
    assert_tidy(formatted)


def assert_tidy(formatted: str) -> None:
    """Lines have no blanks at their ends, even indentation, and gaps of one line."""
    lines = formatted.split("\n")
    assert lines.pop() == ""
    for before, line in zip(["", *lines], lines, strict=False):
        assert line == line.rstrip()
        assert "\t" not in line.split("#")[0].split('"')[0]
        assert (len(line) - len(line.lstrip())) % 2 == 0
        assert before or line, "two empty lines, or one at the beginning"


def test_the_whole_language() -> None:
    formatted = format_text(WHOLE)
    assert plain(parsed(formatted)) == plain(parsed(WHOLE))
    assert comments(formatted) == comments(WHOLE)
    assert format_text(formatted) == formatted
    assert max(len(line.split("#")[0]) for line in formatted.split("\n")) <= 88


def test_what_does_not_parse_is_refused() -> None:
    with pytest.raises(FormatError) as refused:
        format_text("x = (\ny = @\n")
    assert [p.rule for p in refused.value.problems] == [
        "unclosed-bracket",
        "bad-character",
    ]


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("", ""),
        ("\n\n", ""),
        ("# a", "# a\n"),
        ("a=1", "a = 1\n"),
        ("\ufeffa=1\r\n\r\n\r\nb=2", "a = 1\n\nb = 2\n"),
        ("a=1;b=2;", "a = 1\nb = 2\n"),
    ],
)
def test_small_texts(text: str, formatted: str) -> None:
    assert format_text(text) == formatted
