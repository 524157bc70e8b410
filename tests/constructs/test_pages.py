"""Every construct has a page; what the page shows is what is emitted, and it is proven."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import FAMILIES, HERE, Page, pages, program_of, rendered

from specc.backend import backend, backends
from specc.catalog import catalog
from specc.data import prepare
from specc.verify import WorkerPool, verify

ALL = pages()


def test_every_construct_has_a_page() -> None:
    declared = {f"{k.family}/{k.keyword}" for k in catalog() if k.family in FAMILIES}
    assert {page.name for page in ALL} == declared


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.name)
def test_the_page_shows_what_is_emitted(
    page: Page, pytestconfig: pytest.Config
) -> None:
    text = rendered(page)
    if pytestconfig.getoption("--update-pages"):
        page.path.write_text(text, encoding="utf-8")
    else:
        assert page.text == text, "run pytest --update-pages and read the difference"


@pytest.mark.xdist_group("workers")
@pytest.mark.parametrize("page", ALL, ids=lambda page: page.name)
def test_the_page_is_proven(page: Page, pool: WorkerPool) -> None:
    chosen = program_of(page.name, page.spec)
    program, origins = chosen.program, chosen.origins
    emissions = {}
    for name in backends():
        side = backend(name)
        emissions[name] = side.emit(side.plan(program))
    assert program.data is not None
    prepared = prepare(program.data, Path(HERE), origins)
    batches = prepared.batches(program.training)
    verdict = verify(program, origins, emissions, batches, 3, ("float64",), pool)
    assert verdict.equal, verdict
