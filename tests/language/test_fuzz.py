"""No text makes the check fail, hang, grow, or reject without a place: a sample."""

from __future__ import annotations

import random

import pytest
from fuzz import EXAMPLES, Figures, damaged, examine, generated, prefixes

from specc.diagnostics import Source
from specc.pipeline import check_source


@pytest.mark.parametrize("kind", ["generated", "damaged", "prefixes"])
def test_a_sample_of_specs_that_nobody_would_write(kind: str) -> None:
    choice, figures = random.Random(kind), Figures()
    wholes = [path.read_bytes() for path in EXAMPLES]
    texts = {
        "generated": (generated(choice).encode() for _ in range(150)),
        "damaged": (damaged(choice.choice(wholes), choice) for _ in range(200)),
        "prefixes": prefixes(29),
    }
    examine(texts[kind], figures, choice)
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
    figures = Figures()
    checked = check_source(Source("spec.nnspec", text))
    assert {p.rule for p in checked.problems} >= {"too-much-work"}
    examine(iter([text.encode()]), figures, random.Random(0))
