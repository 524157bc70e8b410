"""What is said about malformed texts, and where."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from golden_errors import Case, cases, rewritten, said

from specc.diagnostics.model import Level, Problem, Source
from specc.diagnostics.render import FORMATS, render_text
from specc.diagnostics.rules import RULE_SETS, RULES
from specc.diagnostics.syntax_rules import SYNTAX_RULES
from specc.diagnostics.visible import FORBIDDEN
from specc.syntax import explain
from specc.syntax.feed import Unexpected
from specc.syntax.limits import MAX_BYTES, MAX_PROBLEMS, MAX_TOKENS
from specc.syntax.parse import parse
from specc.syntax.slips import SLIPS

Slip = Callable[[Unexpected], Problem | None]
PAGE = Path(__file__).with_name("errors.md")
if os.environ.get("SPECC_REWRITE"):
    PAGE.write_text(rewritten(PAGE), encoding="utf-8", newline="\n")


def problems(text: str) -> list[Problem]:
    return parse(Source("spec.nnspec", text))[1]


def rules(text: str) -> list[str]:
    return [problem.rule for problem in problems(text)]


@pytest.mark.parametrize("case", cases(PAGE), ids=lambda case: case.title)
def test_says_what_the_page_says(case: Case) -> None:
    assert case.said, "a malformed text about which nothing is said"
    assert said(case.text) == case.said


def test_the_page_has_every_rule_of_a_short_text() -> None:
    found = {p.rule for case in cases(PAGE) for p in problems(case.text)}
    needs_a_long_text = {"too-large", "too-many-problems"}
    assert found == {rule.slug for rule in SYNTAX_RULES} - needs_a_long_text


def test_every_slip_is_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()

    def watched(slip: Slip) -> Slip:
        def watch(unexpected: Unexpected) -> Problem | None:
            problem = slip(unexpected)
            if problem is not None:
                seen.add(slip.__name__)
            return problem

        return watch

    monkeypatch.setattr(explain, "SLIPS", tuple(map(watched, SLIPS)))
    for case in cases(PAGE):
        problems(case.text)
    assert seen == {slip.__name__ for slip in SLIPS}


def test_rules_have_one_declaration_each() -> None:
    assert len(RULES) == sum(map(len, RULE_SETS))


# Several problems -------------------------------------------------------------------


def test_each_statement_with_a_mistake_is_reported() -> None:
    text = "".join(
        f"model M{i} {{\n  Dense(3\n  x = \n  Dense(3)\n}}\n" for i in range(9)
    )
    assert rules(text) == ["unclosed-bracket", "syntax"] * 9


def test_problems_come_in_the_order_of_the_text() -> None:
    text = "x = 5.\ny = \nz = (\nw = @\nmodel {\n}\n"
    found = problems(text)
    lines = [problem.span.line for problem in found if problem.span is not None]
    assert lines == [1, 2, 3, 4, 5]


def test_a_statement_has_one_problem_of_order() -> None:
    assert rules("x = = = 3 (]") == ["unmatched-bracket"]
    assert rules("x = = = 3") == ["syntax"]


def test_the_body_after_a_wrong_head_is_read() -> None:
    found = problems(
        "model A on on {\n  x =\n  if b = 3 {\n  y =\n  } else {\n  z =\n }\n}\n"
    )
    lines = [problem.span.line for problem in found if problem.span is not None]
    assert lines == [1, 2, 3, 4, 6]


@pytest.mark.parametrize(
    "text",
    ["x = \n" * 1000, "x = @\n" * 1000, "x = (\n" * 1000, ")\n" * 1000, "\0" * 1000],
)
def test_no_more_than_a_hundred_problems(text: str) -> None:
    found = problems(text)
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1].rule == "too-many-problems"
    assert found[-1].level is Level.NOTE


# Bounds -----------------------------------------------------------------------------


def test_sizes_are_bounded() -> None:
    assert rules("#" * MAX_BYTES) == []
    assert rules("#" * (MAX_BYTES + 1)) == ["too-large"]
    assert rules("#" + "é" * (MAX_BYTES // 2)) == ["too-large"]
    assert rules("a\n" * (MAX_TOKENS // 2 + 1)) == ["too-large"]


@pytest.mark.parametrize(
    "text",
    [
        "x = {0}1{1}",
        "x = {0}{1}",
    ],
)
@pytest.mark.parametrize("brackets", ["()", "[]"])
def test_brackets_are_64_levels_deep_at_most(text: str, brackets: str) -> None:
    opener, closer = brackets

    def deep(levels: int) -> list[str]:
        return rules(text.format(opener * levels, closer * levels))

    assert "too-deep" not in deep(64)
    assert deep(65) == ["too-deep"]


@pytest.mark.parametrize("sign", ["+", "-", "*", "**", "%"])
def test_operators_are_64_at_most(sign: str) -> None:
    assert rules("x = a" + f" {sign} a" * 64) == []
    assert rules("x = a" + f" {sign} a" * 65) == ["too-deep"]
    assert rules("x = [" + f"a {sign} a, " * 100 + "]") == []


@pytest.mark.parametrize("before", ["- ", "+ ", "not ", "-1 ** "])
def test_signs_are_64_at_most(before: str) -> None:
    count = 64 // len(before.split(" ")[:-1])
    assert "too-deep" not in rules("x = " + before * (count // 2) + "a")
    assert rules("x = " + before * 65 + "a") == ["too-deep"]


def test_branches_and_bodies_are_64_at_most() -> None:
    def chain(links: int) -> str:
        return "if a { }" + " else if a { }" * links

    assert rules(chain(60)) == []
    assert rules(chain(70)) == ["too-deep"]
    assert rules("repeat 2 {\n" * 64 + "}\n" * 64) == []
    assert rules("repeat 2 {\n" * 65 + "}\n" * 65) == ["too-deep"]
    # Chains beside one another do not add up.
    assert rules(f"{chain(40)}\n{chain(40)}") == []


def test_names_have_64_letters_at_most() -> None:
    assert rules(f"{'a' * 64} = 1") == []
    assert rules(f"{'a' * 65} = 1") == ["identifier-too-long"]
    assert rules(f"x = {'a' * 64}.{'b' * 64}") == []
    assert rules(f"x = {'a' * 64}.{'b' * 65}") == ["identifier-too-long"]


@pytest.mark.parametrize("text", ["9" * 65, "9" * 5000, f"0.{'1' * 70}", "1e309"])
def test_numbers_are_bounded(text: str) -> None:
    assert rules(f"x = {text}") == ["bad-number"]


# Characters -------------------------------------------------------------------------


def test_forbidden_characters_are_those_of_their_categories() -> None:
    allowed = {"\t", "\n"}
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        kind = unicodedata.category(character)
        if kind in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in allowed:
            assert FORBIDDEN.match(character), hex(code)
        elif kind != "Cn":
            assert not FORBIDDEN.match(character), hex(code)


@pytest.mark.parametrize(
    "character", ["\0", "\x1b", "\x7f", "\x85", "\u202e", "\u2066"]
)
@pytest.mark.parametrize("text", ["x = {}1", 'x = "{}"', "x = 1 # {}", "{}"])
def test_control_characters_are_refused_and_never_shown(
    character: str, text: str
) -> None:
    found = problems(text.format(character))
    assert [problem.rule for problem in found] == ["bad-character"]
    for shown in (render_text(found), *(form(found) for form in FORMATS.values())):
        assert character not in shown


def test_a_lone_carriage_return_ends_no_line() -> None:
    assert rules("x = 1\ry = 2") == ["bad-character"]
    assert rules("x = 1 # a\rpretend = 2\r\n") == ["bad-character"]
    assert rules("x = 1\r\ny = 2\r\n") == []


@pytest.mark.parametrize("text", ["é = 1", "x = ａ", "x = ½", "x = ٣", "x\u00a0= 1"])
def test_words_and_numbers_are_ascii(text: str) -> None:
    assert rules(text) == ["bad-character"]


def test_texts_and_comments_may_have_any_letters() -> None:
    assert rules('x = "Größe 尺寸 🙂"  # Größe 尺寸 🙂') == []
