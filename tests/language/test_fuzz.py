"""No text makes the check fail, hang, grow, or reject without a place: a sample."""

from __future__ import annotations

import pytest
from fuzz import WHOLES, Figures, checks, damaged, prefixes, specs

from specc.diagnostics import Source
from specc.pipeline import check_source


def test_a_sample_of_generated_specs() -> None:
    figures = Figures()
    checks("generated", specs(), figures, max_examples=150, derandomize=True)()
    assert 0.2 < figures.rejected / figures.texts < 0.95


def test_a_sample_of_damaged_specs() -> None:
    figures = Figures()
    checks("damaged", damaged(WHOLES), figures, max_examples=200, derandomize=True)()
    assert figures.rejected > figures.texts // 2


def test_a_sample_of_beginnings() -> None:
    figures = Figures()
    for text in prefixes(29):
        figures.examine(text)
    assert figures.rejected > figures.texts // 2


@pytest.mark.parametrize(
    "text",
    [
        "model Net { input x: float32[8]; repeat 1000 { repeat 1000 { Dense(3) } } }",
        "model Net { input x: float32[8]; repeat 2 ** 62 { } }",
        "model Net { input x: float32[8]; repeat 1000 { repeat 1000 { Dens(3) } } }",
    ],
)
def test_what_multiplies_ends_by_its_budget(text: str) -> None:
    checked = check_source(Source("spec.nnspec", text))
    assert {p.rule for p in checked.problems} >= {"too-much-work"}
    Figures().examine(text.encode())
