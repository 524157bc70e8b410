"""What is said about faults is what the pages show; every rule has a fault on some page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_pages import FILES, Fault, faults, pages, problems, rendered

from specc.diagnostics import Level
from specc.diagnostics.check_rules import CHECK_RULES
from specc.diagnostics.syntax_rules import SYNTAX_RULES

ALL = [fault for page in pages() for fault in faults(page)]
#: Rules that no short text breaks, each with the reason.
NOT_ON_PAGES = {
    "too-large": "takes a text of a mebibyte",
    "too-many-problems": "takes a hundred problems",
    "unreadable": "is about bytes, before there is a text",
    "refused": "is found when a program is planned for a backend",
}


@pytest.fixture(autouse=True)
def among_the_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Imports are relative to the folder of the spec."""
    with monkeypatch.context() as context:
        context.chdir(FILES)
        yield


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_the_page_shows_what_is_said(page: Path, pytestconfig: pytest.Config) -> None:
    text = rendered(page)
    if pytestconfig.getoption("--update-pages"):
        page.write_text(text, encoding="utf-8", newline="\n")
    else:
        assert page.read_text("utf-8") == text, "run pytest --update-pages and read it"


def test_there_are_many_faults_and_no_two_are_the_same() -> None:
    said = {(p.rule, p.message) for fault in ALL for p in problems(fault.text)}
    assert len(ALL) == len({fault.text for fault in ALL})
    assert len(said) >= 120


@pytest.mark.parametrize("fault", ALL, ids=lambda fault: f"{fault.page}: {fault.title}")
def test_a_fault_has_a_place_and_says_how_to_mend_it(fault: Fault) -> None:
    found = problems(fault.text)
    assert found, "a fault about which nothing is said"
    for problem in found:
        assert problem.span is not None
        mend = problem.expected or problem.suggestion or problem.fix or problem.notes
        assert mend or problem.message.count(" ") >= 3, problem


def test_every_rule_of_the_check_is_on_some_page() -> None:
    found = {p.rule for fault in ALL for p in problems(fault.text)}
    rules = {rule.slug for rule in (*CHECK_RULES, *SYNTAX_RULES)}
    assert set(NOT_ON_PAGES) <= rules
    assert found >= rules - set(NOT_ON_PAGES), rules - set(NOT_ON_PAGES) - found
    assert not found & set(NOT_ON_PAGES)
    assert {p.level for f in ALL for p in problems(f.text)} == set(Level)
