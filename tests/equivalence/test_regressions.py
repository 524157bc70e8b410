"""Specs on which a backend, or the comparison itself, was once wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from sides import SIDES

from specc.api import load
from specc.verify import WorkerPool, render
from specc.verify.sweep import Judge

FOLDER = Path(__file__).parent / "regressions"
SPECS = sorted(FOLDER.glob("*.nnspec"))


def test_there_are_some() -> None:
    assert SPECS


@pytest.mark.xdist_group("equivalence")
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_it_is_right_now(pool: WorkerPool, path: Path) -> None:
    verdict = Judge(pool, SIDES).prove(load(path).program(), path.parent)
    assert verdict.equal, render(verdict)
