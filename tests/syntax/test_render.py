"""How problems are shown, to people and to programs."""

from __future__ import annotations

import json

import pytest

from specc.diagnostics.model import Level, Note, Problem, Source, Span
from specc.diagnostics.render import FORMATS, render_text


def span(source: Source, start: int, end: int) -> Span:
    """A stretch by its offsets."""

    def spot(offset: int) -> tuple[int, int]:
        line_start = source.text.rfind("\n", 0, offset) + 1
        return source.text.count("\n", 0, offset) + 1, offset - line_start + 1

    return Span(source, start, end, *spot(start), *spot(end))


def place(text: str, part: str, name: str = "mnist.nnspec") -> Span:
    """The first stretch of a text that reads so."""
    start = text.index(part)
    return span(Source(name, text), start, start + len(part))


MODEL = "model A {\n" + "\n" * 10 + "  Dens(300)\n}\n"


def test_text() -> None:
    problem = Problem(
        "unknown-layer",
        "there is no layer called Dens",
        place(MODEL, "Dens"),
        expected="a layer",
        suggestion="Dense",
    )
    assert render_text([problem]) == (
        "error[unknown-layer]: there is no layer called Dens\n"
        "  --> mnist.nnspec:12:3\n"
        "   |\n"
        "12 |   Dens(300)\n"
        "   |   ^^^^ expected a layer\n"
        "   |\n"
        "   = did you mean Dense?"
    )


def test_levels_notes_and_longer_suggestions() -> None:
    problem = Problem(
        "duplicate-name",
        "two of them",
        place(MODEL, "Dens"),
        level=Level.WARNING,
        suggestion="another = Dense(300)",
        notes=(Note("the model", place(MODEL, "model A")), Note("a remark")),
    )
    assert render_text([problem]) == (
        "warning[duplicate-name]: two of them\n"
        "  --> mnist.nnspec:12:3\n"
        "   |\n"
        "12 |   Dens(300)\n"
        "   |   ^^^^\n"
        "   |\n"
        "   = try: another = Dense(300)\n"
        "note: the model\n"
        "  --> mnist.nnspec:1:1\n"
        "   |\n"
        " 1 | model A {\n"
        "   | -------\n"
        "   |\n"
        "   = note: a remark"
    )


def test_what_is_expected_goes_below_where_it_is_long() -> None:
    words = [f"word-{i}" for i in range(9)]
    problem = Problem("syntax", "m", place("x = 1", "x"), expected=", ".join(words))
    assert render_text([problem], width=40).split("\n")[2:] == [
        "  |",
        "1 | x = 1",
        "  | ^",
        "  |",
        "  = expected word-0, word-1, word-2, word-3,",
        "    word-4, word-5, word-6, word-7, word-8",
    ]


def test_without_a_place() -> None:
    problem = Problem("run-exists", "there is a run", None, expected="a new folder")
    assert render_text([problem]) == (
        "error[run-exists]: there is a run\n  = expected a new folder"
    )


def test_nothing() -> None:
    assert render_text([]) == ""


def under(text: str, part: str, width: int = 60) -> tuple[str, str]:
    """The line shown and what is under it."""
    shown = render_text([Problem("syntax", "m", place(text, part))], width=width)
    _, _, _, line, below, _ = shown.split("\n")
    return line.split("|", 1)[1], below.split("|", 1)[1]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("\tDense(\t3)", "3"),
        ("x = 尺寸尺寸(3)", "3"),
        ("x = e\u0301e\u0301(3)", "3"),
        ('x = "\u202e\x1b"(3)', "3"),
    ],
)
def test_the_mark_stands_under_what_it_marks(text: str, part: str) -> None:
    import unicodedata

    line, below = under(text, part)
    column = len(below) - len(below.lstrip())
    width = 0
    for character in line:
        if width == column:
            assert character == part
            break
        wide = unicodedata.east_asian_width(character) in "WF"
        width += 0 if unicodedata.combining(character) else 2 if wide else 1
    else:
        pytest.fail("the mark stands under nothing")


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\rb", "\u2066x\u2069", "\ud800"])
def test_control_characters_are_never_shown(text: str) -> None:
    source = Source(f"na{text}me", f"x{text}y")
    found = [
        Problem(
            "syntax",
            text,
            span(source, 0, 1),
            expected=text,
            suggestion=text,
            notes=(Note(text), Note(text, span(source, 0, 1))),
        )
    ]
    for shown in (render_text(found), *(form(found) for form in FORMATS.values())):
        assert not set(text) & set("\x1b\r\u2066\u2069\ud800") & set(shown)


def test_long_lines_are_cut_around_the_mark() -> None:
    text = "a" * 1000 + " HERE " + "b" * 1000
    line, below = under(text, "HERE")
    assert len(line) <= 62
    at = below.index("^")
    assert line[at : at + 4] == "HERE"
    assert below.strip() == "^^^^"
    assert line.strip().startswith("…")
    assert line.endswith("…")


def test_a_stretch_that_has_room_is_shown_whole() -> None:
    text = "x = " + "a" * 50 + " b"
    assert under(text, "a" * 50) == (f" {text}", f"     {'^' * 50}")


def test_a_long_stretch_is_cut() -> None:
    line, below = under("x = " + "a" * 500 + " b", "a" * 500)
    assert len(line) <= 62
    assert len(below) <= len(line)


def test_several_lines() -> None:
    text = "x = f(\n  1,\n  2,\n  3,\n  4\n)\n"
    shown = render_text([Problem("syntax", "m", place(text, text[4:-1]), expected="e")])
    assert shown.split("\n")[2:] == [
        "  |",
        "1 | x = f(",
        "  |     ^^",
        "...",
        "6 | )",
        "  | ^ expected e",
        "  |",
    ]
    shown = render_text([Problem("syntax", "m", place(text, "1,\n  2"))])
    assert [line for line in shown.split("\n") if "^" in line] == [
        "  |   ^^",
        "  |   ^",
    ]


def test_a_place_without_width_has_a_mark() -> None:
    source = Source("a", "x = ")
    shown = render_text([Problem("syntax", "m", span(source, 4, 4), expected="e")])
    assert shown.split("\n")[3:5] == ["1 | x =", "  |     ^ expected e"]


def test_the_end_of_a_text_has_a_place() -> None:
    for text in ("", "a\n", "a"):
        end = span(Source("a", text), len(text), len(text))
        assert "^" in render_text([Problem("syntax", "m", end)])


def test_colors_change_nothing_else() -> None:
    import re

    found = [Problem("syntax", "m", place(MODEL, "Dens"), notes=(Note("n"),))]
    plain, painted = render_text(found), render_text(found, color=True)
    assert painted != plain
    assert re.sub(r"\033\[[0-9;]*m", "", painted) == plain


# Programs ---------------------------------------------------------------------------

FOUND = [
    Problem("syntax", "100% wrong, or: not", place(MODEL, "Dens"), expected="é"),
    Problem("too-large", "large", None, Level.WARNING),
    Problem(
        "unclosed-bracket",
        "open",
        place(MODEL, MODEL.strip()),
        Level.NOTE,
        notes=(Note("here", place(MODEL, "{")), Note("no place")),
    ),
]


def test_json() -> None:
    first, second, third = json.loads(FORMATS["json"](FOUND))["problems"]
    assert first == {
        "rule": "syntax",
        "level": "error",
        "message": "100% wrong, or: not",
        "expected": "é",
        "suggestion": None,
        "file": "mnist.nnspec",
        "line": 12,
        "column": 3,
        "end_line": 12,
        "end_column": 7,
        "start": 22,
        "end": 26,
        "notes": [],
    }
    assert (second["file"], second["line"], second["level"]) == (None, None, "warning")
    assert [note["message"] for note in third["notes"]] == ["here", "no place"]
    assert third["notes"][0]["column"] == 9


def test_github() -> None:
    assert FORMATS["github"](FOUND).split("\n") == [
        "::error title=syntax,file=mnist.nnspec,line=12,endLine=12,col=3,endColumn=6"
        "::100%25 wrong, or: not; expected é",
        "::warning title=too-large::large",
        "::notice title=unclosed-bracket,file=mnist.nnspec,line=1,endLine=13::open",
    ]


def test_sarif() -> None:
    log = json.loads(FORMATS["sarif"](FOUND))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["syntax", "too-large", "unclosed-bracket"]
    first, second, third = run["results"]
    assert [r["level"] for r in run["results"]] == ["error", "warning", "note"]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    assert first["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 12,
        "startColumn": 3,
        "endLine": 12,
        "endColumn": 7,
        "charOffset": 22,
        "charLength": 4,
    }
    assert second["locations"] == []
    assert [note["message"]["text"] for note in third["relatedLocations"]] == ["here"]
    assert third["message"]["text"] == "open; no place"


def test_a_name_of_a_file_is_an_address_in_sarif() -> None:
    problem = Problem("syntax", "m", place("x", "x", name="my specs/ü#1.nnspec"))
    (run,) = json.loads(FORMATS["sarif"]([problem]))["runs"]
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "my%20specs/%C3%BC%231.nnspec"


def test_a_long_line_without_a_label_has_no_empty_remark() -> None:
    line = "x" * 90 + " -> Dense(1)" * 4
    found = place(line, "x" * 90 + " -> Dense(1)")
    shown = render_text([Problem("lint", "look here", found, Level.NOTE)])
    assert "Dense(1)" in shown
    assert not [row for row in shown.splitlines() if row.strip() == "="]
